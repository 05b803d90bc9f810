import { AUDITOR } from "../audited-sandbox.ts";
import type { Planter } from "./planters.ts";
import { expected, type Verdict } from "./verdict.ts";

const ifSo = (fault: boolean, verdict: Verdict): Verdict => (fault ? verdict : undefined);

/** What only the memory of earlier audits tells, by the catalogue's lists and its baseline. */
export const HISTORY_PLANTERS: Readonly<Record<string, Planter>> = {
  "secret.client.age": ({ clients, memory }) =>
    clients.flatMap(({ id, usesSecret }) => (usesSecret ? expected("client", id, memory.ages.get(id)) : [])),

  "secret.client.unmanaged": ({ clients, memory }) =>
    clients.flatMap(({ id, usesSecret }) =>
      expected("client", id, ifSo(usesSecret && !memory.history.managed.has(id), "medium")),
    ),

  "secret.client.drift": ({ memory }) => [...memory.refused].flatMap((id) => expected("client", id, "high")),

  "secret.client.unused": ({ clients, grants, memory }) => {
    const holders = new Set(grants.filter(({ isManagement }) => isManagement).map(({ client }) => client?.id));
    const verdict = (id: string): Verdict => {
      const silence = memory.silences.get(id);
      if (silence?.has(90) && holders.has(id)) return "high";
      return ifSo(silence?.has(45) === true, "medium");
    };
    const judged = clients.filter(({ id, usesSecret }) => usesSecret && id !== AUDITOR.clientId);
    return judged.flatMap(({ id }) => expected("client", id, verdict(id)));
  },

  "grant.management.client-unused": ({ grants, memory }) =>
    grants.flatMap(({ id, isManagement, client }) => {
      if (!isManagement || !client || client.id === AUDITOR.clientId) return [];
      return expected("client-grant", id, ifSo(memory.silences.get(client.id)?.has(45) === true, "high"));
    }),

  "coverage.rotation.failed": ({ memory }) => [...memory.unrotated].flatMap((id) => expected("client", id, "high")),

  "coverage.audit.missed": ({ domain, memory }) => expected("tenant", domain, ifSo(memory.isMissed, "high")),
};
