import type { Incident } from "../incident/incident.ts";
import { preserve, readPreserved } from "../incident/preserve.ts";
import { isNamed, namedKeys, whyKeyStays } from "../leak/named-key.ts";
import type { IncidentParts } from "../parts.ts";
import type { RevokedClient } from "../ports.ts";
import { act } from "./act.ts";
import { type Came, incomplete, unseen } from "./came.ts";
import { classifyLeak, keepClient, settledLeak, whyUntouched } from "./known-client.ts";
import type { PreservedKeys } from "./look.ts";
import { notePutBack } from "./note-put-back.ts";
import { runStep } from "./run-step.ts";
import { type StepRun, wasComplete } from "./step-run.ts";
import { tried } from "./tried.ts";

/**
 * Takes the registered key that leaked out of what the application authenticates with, where another one stays
 * attached. The last one is never taken away: an application without any falls back to its old secret, which may be
 * known to more people; the rotation replaces it.
 *
 * Which one leaked is what a person said. Nothing else says it: the newest may be the one that leaked as well as the
 * one that replaced it. Of several that were named one after the other each is looked at, in every run.
 */
export const detachKey = (incident: Incident, parts: IncidentParts): Promise<Incident> =>
  runStep("detach-key", incident, parts, detach).then((ended) => ended.incident);

/** See {@link detachKey}. */
export async function detach(run: StepRun): Promise<Came> {
  const { incident, parts, tenant } = run;
  const leaked = incident.leakedKey;
  const settled = settledLeak(incident, parts);
  const isOut = settled ? !settled.levers.includes("detach-key") : whyUntouched(incident, parts) !== undefined;
  if (leaked === undefined || isOut) return notApplicable(run);
  const line = `the key ${leaked} of ${incident.clientId}`;
  const read = await tried(() => Promise.all([tenant.client(), tenant.keys()]));
  if ("error" in read) return unseen(NOT_DETACHED, [line], read.error);
  const [client, keys] = read.value;
  if (!client && !settled) return notApplicable(run);
  if (!client) return { outcome: "done", message: "The application is gone, and its keys with it." };
  if (!settled) {
    // Named after it was locked: what leaked is classified once more, by the first look.
    run.leak = classifyLeak(incident, parts, (await keepClient(run, client)).first);
    if (!run.leak.levers.includes("detach-key")) return notApplicable(run);
  }
  // Nothing that was attached is lost when this is not stored: a key stays registered when it is detached.
  const { attachedKeys: attached } = client;
  const seen: PreservedKeys = { attached: attached ?? null, keys };
  const first = await run.keeping.store(() => preserve(parts.table, incident, "keys", seen));
  if (attached === undefined) return incomplete("Auth0 does not say which keys are attached.", [line], null);
  const seenKeys = [...keys, ...(first?.stored.keys ?? [])];
  const isLastSeen = wasComplete(run) || seenKeys.some((key) => isNamed(key, [leaked]));
  const isLeaked = (id: string): boolean => isNamed(keys.find((key) => key.id === id) ?? { id }, namedKeys(incident));
  const stay = stayingOf(attached, isLeaked);
  const gone = attached.filter((id) => !stay.includes(id));
  if (gone.length > 0) {
    const names = gone.map((id) => keys.find((key) => key.id === id)?.kid ?? id).join(", ");
    if (wasComplete(run)) await notePutBack(run, [`the key ${names} of ${incident.clientId}`]);
    const what = `PATCH /api/v2/clients/${incident.clientId} without the key ${names}`;
    const failure = await act(run, what, () => tenant.attachKeys(stay));
    if (failure) return incomplete(NOT_DETACHED, [line], failure);
  }
  if (stay.some(isLeaked)) {
    return incomplete("The leaked key is the only one attached; the rotation replaces it.", [line], null);
  }
  if (!isLastSeen) return neverSeen(run, stay);
  return gone.length > 0 ? DETACHED : NOT_ATTACHED;
}

/** What stays attached: what did not leak or, where all of it did, one of them. */
function stayingOf(attached: readonly string[], isLeaked: (id: string) => boolean): readonly string[] {
  const others = attached.filter((id) => !isLeaked(id));
  return others.length > 0 ? others : attached.slice(-1);
}

const NOT_DETACHED = "The leaked key is still attached.";

const notApplicable = ({ incident, parts, leak }: StepRun): Came => ({
  outcome: "not-applicable",
  message:
    whyUntouched(incident, parts) ??
    whyKeyStays(leak ? { ...incident, leak } : incident) ??
    "No single key is known to have leaked that could be detached while another one stays.",
});

const DETACHED: Came = {
  outcome: "done",
  message: "The leaked key is not accepted any more; the application has another one.",
};

const NOT_ATTACHED: Came = { outcome: "done", message: "The leaked key is not attached." };

/** Whoever mistypes a key must not read that it is taken away; where all are that there were, the right one is, too. */
async function neverSeen({ incident, parts, keeping }: StepRun, attached: readonly string[]): Promise<Came> {
  const first = await keeping.store(() => readPreserved<RevokedClient>(parts.table, incident, "client"));
  const before = first?.stored?.attachedKeys;
  if (before && !before.some((id) => attached.includes(id))) return NONE_LEFT;
  const line = `the key ${incident.leakedKey} of ${incident.clientId}: there is no such key`;
  return incomplete("No such key is registered.", [line], null);
}

const NONE_LEFT: Came = {
  outcome: "done",
  message: "No key of that name was seen; of those that it had at the first look none is attached any more.",
};
