import type { Incident } from "../incident/incident.ts";
import { preserve, readPreserved } from "../incident/preserve.ts";
import { type Classification, classify } from "../leak/classify.ts";
import { type Lever, UNTOUCHED } from "../leak/leak-kinds.ts";
import type { IncidentParts } from "../parts.ts";
import type { RevokedClient } from "../ports.ts";
import { readElsewhere } from "./elsewhere.ts";
import { type StepRun, wasComplete } from "./step-run.ts";

/** The grant type with which an application gets tokens for itself. */
export const FOR_ITSELF = "client_credentials";

/**
 * Keeps the application as it was before anything was taken away. One that is locked already may have been locked by a
 * process that could record nothing: it is kept as that one saw it and, while nobody can read that, not at all.
 *
 * @returns as it was at the first look, and whether that is stored
 */
export async function keepClient(
  run: StepRun,
  seen: RevokedClient,
): Promise<{ first: RevokedClient; isStored: boolean }> {
  const isUntouched = !wasComplete(run) && seen.grantTypes?.includes(FOR_ITSELF) === true;
  const earlier = isUntouched ? { value: undefined } : await readElsewhere(run, "client");
  if ("error" in earlier) return { first: { ...seen, grantTypes: undefined }, isStored: false };
  return storeClient(run, earlier.value ?? seen);
}

/** Stores it as it was at the first look, once. */
export async function storeClient(
  { keeping, incident, parts }: StepRun,
  client: RevokedClient,
): Promise<{ first: RevokedClient; isStored: boolean }> {
  const [kept, types] = await Promise.all([
    keeping.store(() => preserve(parts.table, incident, "client", client)),
    keeping.store(() => preserve(parts.table, incident, "grant-types", client.grantTypes ?? null)),
  ]);
  return { first: kept?.stored ?? client, isStored: kept !== undefined && types !== undefined };
}

/** Whether this incident, or who signed the token, has seen the application: an id that nobody has seen may be mistyped. */
export async function seenBefore({
  keeping,
  incident,
  parts,
}: StepRun): Promise<{ first: RevokedClient | undefined; wasSeen: boolean }> {
  const kept = await keeping.store(() => readPreserved<RevokedClient>(parts.table, incident, "client"));
  const isVerified = incident.token?.signature.status === "verified" && incident.token.clientId === incident.clientId;
  return { first: kept?.stored, wasSeen: isVerified || kept?.stored !== undefined };
}

/** What leaked, by the application at its first look: one that is locked looks like another kind. */
export const classifyLeak = (
  { clientId, token, leakedKey }: Incident,
  { settings }: Pick<IncidentParts, "settings">,
  client: RevokedClient | undefined,
): Classification => classify({ clientId, token, leakedKey, client, own: settings.own.get(clientId) ?? null });

/** What leaked, as far as that is settled: a spare that is configured by now can act after all. Null until then. */
export const settledLeak = (
  { leak, clientId }: Incident,
  { settings }: Pick<IncidentParts, "settings">,
): Classification | null => (leak?.untouched === "own-responder" && settings.own.get(clientId)?.hasSpare ? null : leak);

/** As it is settled or, until the application was looked at, as whatever may help. */
const presumedLeak = (incident: Incident, parts: Pick<IncidentParts, "settings">): Classification =>
  settledLeak(incident, parts) ?? classifyLeak(incident, parts, undefined);

/** What can be pulled. */
export const leversOf = (incident: Incident, parts: Pick<IncidentParts, "settings">): readonly Lever[] =>
  presumedLeak(incident, parts).levers;

/** Why nothing is pulled, whatever leaked; undefined where the application may be touched. */
export function whyUntouched(incident: Incident, parts: Pick<IncidentParts, "settings">): string | undefined {
  const { untouched } = presumedLeak(incident, parts);
  return untouched && UNTOUCHED[untouched];
}
