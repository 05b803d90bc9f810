import type { CurfewError } from "../../model/curfew-error.ts";
import type { RotationOrder, RotationRecord } from "../ledger/rotation-record.ts";
import type { RotationSettings } from "../parts.ts";
import type { Refused } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";
import type { Work } from "../work.ts";

/** So long does a person's leave to overwrite count: what they looked at is another thing by then. Milliseconds. */
const LEAVE = 86_400_000;

/**
 * True where a person ordered this version within a day and said that a secret set by hand may be overwritten. Where
 * nothing of this client was ever seen to be accepted, a refusal does not show that anybody set one, and nobody would
 * see the new one accepted either: it would be the end of the one in use. Of what leaked that is wanted.
 */
export function mayOverwrite(work: Pick<Work, "version" | "parts">, record: RotationRecord | undefined): boolean {
  const order = record?.order;
  if (order?.version !== work.version || order.overwrite !== true) return false;
  const askedAt = order.by === "schedule" ? order.asked?.at : order.at;
  return (
    askedAt !== undefined && work.parts.clock.now() < askedAt + LEAVE && (isOfIncident(order) || wasAccepted(record))
  );
}

/** Ordered by an incident, whoever tries it now. */
export const isOfIncident = ({ by, asked }: RotationOrder): boolean => (asked?.by ?? by) === "incident";

/** Whether an incident asked for the version: what leaked is replaced at once, whatever a person may have meant. */
export const isForIncident = ({ version }: Pick<Work, "version">, record: RotationRecord | undefined): boolean =>
  record?.order?.version === version && isOfIncident(record.order);

/** Whether Auth0 was ever seen to accept a credential of the client where it refuses a random one. */
export const wasAccepted = (record: RotationRecord | undefined): boolean =>
  record?.acceptedAt !== undefined || record?.promoted !== undefined;

/** Somebody changed one of the two by hand, and somebody may use it; or nothing is known of what Auth0's refusals mean. */
export function currentRefused(
  { clientId }: Pick<RotationSettings, "clientId">,
  record: RotationRecord | undefined,
): Refused {
  if (!wasAccepted(record)) {
    const message = `Auth0 refuses the stored credential of ${clientId} like a random one, and was never seen to accept any: the stored one is wrong, or Auth0's refusals say nothing about this application. Store the one that the application uses; nothing is overwritten before one was accepted.`;
    return { refusal: "never-accepted", message };
  }
  const message = `Auth0 refuses the stored credential of ${clientId}: somebody changed it by hand, in Auth0 or in Secrets Manager, and Curfew overwrites neither unasked.`;
  return { refusal: "current-refused", message };
}

/** Nobody knows which one is in use, so nothing is changed. */
export const doesNotSay = ({ clientId }: Pick<RotationSettings, "clientId">): CurfewError =>
  unfinished(`Auth0 does not say which credential of ${clientId} it accepts.`);
