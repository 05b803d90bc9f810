import { AUDITOR } from "../audited-sandbox.ts";
import type { KeyTruth } from "./client-keys.ts";
import type { Planter } from "./planters.ts";
import { holdsWrites } from "./planters-grant.ts";
import { expected, type Verdict } from "./verdict.ts";

const ofKeys =
  (judge: (key: KeyTruth) => Verdict): Planter =>
  ({ clients }) =>
    clients.flatMap(({ keys }) => keys.flatMap((key) => expected("client-credential", key.id, judge(key))));

const ifSo = (fault: boolean, verdict: Verdict): Verdict => (fault ? verdict : undefined);

/** Secrets, registered keys, signing keys, the auditor and who acts in emergencies, by the catalogue's lists and its baseline. */
export const SECRET_PLANTERS: Readonly<Record<string, Planter>> = {
  "secret.client.public-app": ({ clients }) =>
    clients.flatMap(({ id, publicWithSecret }) => expected("client", id, ifSo(publicWithSecret, "medium"))),

  "secret.client.shared-secret-auth": ({ clients, grants }) => {
    const writers = new Set(
      grants.filter((grant) => grant.isManagement && holdsWrites(grant)).map(({ client }) => client?.id),
    );
    return clients.flatMap(({ id, usesSecret }) =>
      expected("client", id, ifSo(usesSecret, writers.has(id) ? "medium" : "info")),
    );
  },

  "secret.client.hs256": ({ clients }) =>
    clients.flatMap(({ id, hs256 }) => expected("client", id, ifSo(hs256, "high"))),

  "secret.api.hs256": ({ apis }) =>
    apis.flatMap(({ id, hs256 }) => expected("resource-server", id, ifSo(hs256, "high"))),

  "secret.action.age": ({ actions }) =>
    actions.flatMap(({ id, secrets }) => secrets.flatMap(({ name, verdict }) => expected("action", id, verdict, name))),

  "credential.client-key.no-expiry": ofKeys(({ neverExpires }) => ifSo(neverExpires, "medium")),

  "credential.client-key.expiring": ofKeys(({ expiring }) => expiring),

  "credential.client-key.age": ofKeys(({ age }) => age),

  "credential.client-key.leftover": ofKeys(({ leftover }) => leftover),

  "credential.client-key.reused": ofKeys(({ reused }) => reused),

  "key.signing.age": ({ signingKeys }) => signingKeys.flatMap(({ kid, age }) => expected("signing-key", kid, age)),

  "key.signing.previous-not-revoked": ({ signingKeys }) =>
    signingKeys.flatMap(({ kid, notRevoked }) => expected("signing-key", kid, notRevoked)),

  "coverage.auditor.over-privileged": ({ auditor: { scopes } }) => {
    const about = (fault: boolean, verdict: Verdict, aspect: string) =>
      expected("client", AUDITOR.clientId, ifSo(fault, verdict), aspect);
    return [
      ...about(
        scopes.some((scope) => !scope.startsWith("read:")),
        "high",
        "writes",
      ),
      ...about(scopes.includes("read:client_keys"), "high", "clientKeys"),
      ...about(scopes.includes("read:client_credentials"), "info", "clientCredentials"),
    ];
  },

  "coverage.responder.scopes": ({ responders }) =>
    responders.flatMap(({ client, lacks, exceeds }) => [
      ...expected("client", client.id, ifSo(lacks, "high"), "lacks"),
      ...expected("client", client.id, ifSo(exceeds, "high"), "exceeds"),
    ]),
};
