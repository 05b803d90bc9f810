import type { CurfewError } from "../model/curfew-error.ts";
import { unfinished } from "./asking.ts";
import type { RotationSettings } from "./parts.ts";
import type { Refused } from "./refusal.ts";
import type { RotationRecord } from "./rotation-record.ts";
import type { Work } from "./work.ts";

/** True where a person ordered this version and said that a secret set by hand may be overwritten. */
export function mayOverwrite({ version }: Pick<Work, "version">, record: RotationRecord | undefined): boolean {
  const order = record?.order;
  return order?.version === version && order.by !== "schedule" && order.overwrite === true;
}

/** Somebody set another one by hand, and somebody may use it. */
export const currentRefused = ({ clientId }: Pick<RotationSettings, "clientId">): Refused => ({
  refusal: "current-refused",
  message: `Auth0 refuses the stored credential of ${clientId}: somebody set another one by hand. Store that one, or overwrite it with curfew rotate --overwrite.`,
});

/** Nobody knows which one is in use, so nothing is changed. */
export const doesNotSay = ({ clientId }: Pick<RotationSettings, "clientId">): CurfewError =>
  unfinished(`Auth0 does not say which credential of ${clientId} it accepts.`);
