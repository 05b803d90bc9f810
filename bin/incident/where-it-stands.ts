import type { ErrorCode } from "../../lib/model/curfew-error.ts";
import { shellWord } from "../../lib/model/shell-word.ts";
import { type ActingLogin, actingWords } from "../../lib/revocation/acting-login.ts";
import { type Incident, isComplete, isContained } from "../../lib/revocation/incident/incident.ts";
import { UNTOUCHED } from "../../lib/revocation/leak/leak-kinds.ts";
import { isShutOut } from "../../lib/revocation/local/respond-locally.ts";
import { followCommand } from "./incident-text.ts";

/** With what an incident is answered from this machine, for the command that goes on with it. */
export interface Resuming {
  /** The configuration; absent where it is the one that is read anyway. */
  config?: string;
  /** The file that holds what leaked. */
  oldSecretFile?: string;
}

/** How to go on with an incident that this machine answers. What was piped in has to be named as a file. */
function resumeCommand(id: string, { config, oldSecretFile }: Resuming): string {
  const options = [
    ...(config === undefined ? [] : ["--config", shellWord(config)]),
    ...(oldSecretFile === undefined
      ? []
      : ["--old-secret-file", oldSecretFile === "-" ? "FILE" : shellWord(oldSecretFile)]),
  ];
  return ["npx curfew revoke --local --resume", id, ...options].join(" ");
}

/** What holds when somebody stops answering from here. Its first word says where it stands. */
export function stoppedText(incident: Incident, how: Resuming): string {
  const { id } = incident;
  if (!lacksLeaked(incident, how)) return `${standing(incident)} Go on: ${resumeCommand(id, how)}`;
  return `${standing(incident)} Go on, with what leaked in a file, to prove that it gets nothing: ${resumeCommand(id, { ...how, oldSecretFile: "-" })}`;
}

/** What holds when somebody stops following: a local incident goes on only where a person has it answered. */
export const unfollowedText = (id: string, isLocal: boolean): string =>
  isLocal
    ? `No longer following; the incident goes on only while npx curfew revoke --local runs. Where that has ended, go on with the same --config: ${resumeCommand(id, {})}`
    : `No longer following; the incident goes on. Again: ${followCommand(id)}`;

/** Whether nothing but what leaked is missing for the proof. With a certificate nobody here can log in. */
const lacksLeaked = ({ drill, steps, leak }: Incident, { oldSecretFile }: Resuming): boolean =>
  !drill &&
  oldSecretFile === undefined &&
  !leak?.hasCertificate &&
  isComplete(steps.lock) &&
  steps.prove?.outcome === "incomplete";

function standing(incident: Incident): string {
  if (incident.drill) return "DRILL, interrupted: nothing was changed.";
  if (isContained(incident))
    return "CONTAINED, but interrupted: nobody watches any more, or takes away again what is put back.";
  if (isComplete(incident.steps.lock)) {
    return "LOCKED, but NOT CONTAINED, and interrupted: what was taken away stays away, and nobody goes on or watches.";
  }
  const { leak } = incident;
  if (leak?.levers.length === 0) {
    const why = leak.untouched ? UNTOUCHED[leak.untouched] : "Nothing that Curfew can do stops what leaked.";
    return `NOT CONTAINED, and interrupted. ${why} Nothing was taken away, and nobody watches.`;
  }
  return "NOT LOCKED: interrupted before Auth0 confirmed that anything was taken away. Whoever has what leaked may still get new tokens.";
}

/** Why the application is not locked, and what would be right; empty where it is, or where nothing was tried yet. */
export function whyNotLocked({ tenant, steps: { lock } }: Incident): string[] {
  if (lock?.outcome !== "incomplete") return [];
  const { code, login } = lock;
  if (code === "configuration-invalid") return ["No login in the configuration can act against this application."];
  return [(code === null || !login ? undefined : REFUSED[code]?.(login, tenant)) ?? TRIED_AGAIN];
}

const TRIED_AGAIN =
  "Curfew tries it again: every ten seconds for a quarter of an hour where that may pass, and in each turn of watching.";

const SCOPES = "docs/revocation.md lists its scopes.";

/** What would be right, where the login that acts is refused. What leaked is never to be opened by it. */
const REFUSED: Readonly<Partial<Record<ErrorCode, (login: ActingLogin, tenant: string) => string>>> = {
  "credentials-refused": (login, tenant) =>
    `Auth0 refuses the login with which Curfew acts, that of the ${actingWords(login)}. Its client id and secret must be those of that application in Auth0; see tenants[].${login.role} of ${tenant} in the configuration.`,
  "no-grant": (login, tenant) =>
    `Auth0 gives the login with which Curfew acts, the ${actingWords(login)}, tenants[].${login.role} of ${tenant}, no token for the Management API. ${LOCKED_BY_ANOTHER[login.role]} Else, in the dashboard, Applications > Applications > ${login.clientId}: authorize it under APIs, and tick Client Credentials under Settings > Advanced Settings > Grant Types. ${SCOPES}`,
  "missing-scope": (login, tenant) =>
    `The login with which Curfew acts, the ${actingWords(login)}, tenants[].${login.role} of ${tenant}, lacks a scope. In the dashboard, Applications > Applications > ${login.clientId} > APIs: add it. ${SCOPES} ${TRIED_AGAIN}`,
};

const LOCKED_BY_ANOTHER: Readonly<Record<ActingLogin["role"], string>> = {
  responder:
    "Where another incident has locked it, leave it locked: its spare acts, if one is deployed; with --local, name the spare as the responder in --config.",
  spareResponder: "Where another incident has locked it, leave it locked, and do below what only people can.",
};

/** What comes after the last answer of a machine that ends. */
export function endText(incident: Incident, how: Resuming): string {
  const { id, closedAt } = incident;
  if (closedAt !== null) return `The incident ${id} is closed. Its evidence: .curfew/incidents/${id}`;
  return isShutOut(incident)
    ? `Curfew can do nothing here until that is mended, and nobody watches. Then: ${resumeCommand(id, how)}`
    : `Watching has ended. What is left: npx curfew incidents show ${id} --local`;
}
