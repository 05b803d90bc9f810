import type { CurfewError } from "../model/curfew-error.ts";
import { unfinished } from "./asking.ts";
import type { RotationSettings } from "./parts.ts";
import type { Refused } from "./refusal.ts";
import type { RotationRecord } from "./rotation-record.ts";
import type { Work } from "./work.ts";

/** So long does a person's leave to overwrite count: what they looked at is another thing by then. Milliseconds. */
const LEAVE = 86_400_000;

/** True where a person ordered this version within a day and said that a secret set by hand may be overwritten. */
export function mayOverwrite(work: Pick<Work, "version" | "parts">, record: RotationRecord | undefined): boolean {
  const order = record?.order;
  if (order?.version !== work.version || order.overwrite !== true) return false;
  const askedAt = order.by === "schedule" ? order.asked?.at : order.at;
  return askedAt !== undefined && work.parts.clock.now() < askedAt + LEAVE;
}

/** Somebody set another one by hand, and somebody may use it. */
export const currentRefused = ({ clientId }: Pick<RotationSettings, "clientId">): Refused => ({
  refusal: "current-refused",
  message: `Auth0 refuses the stored credential of ${clientId}: somebody set another one by hand. Store that one, or overwrite it with curfew rotate --overwrite.`,
});

/** Nobody knows which one is in use, so nothing is changed. */
export const doesNotSay = ({ clientId }: Pick<RotationSettings, "clientId">): CurfewError =>
  unfinished(`Auth0 does not say which credential of ${clientId} it accepts.`);
