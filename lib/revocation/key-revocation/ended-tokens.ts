import type { Instant } from "../../history/history.ts";
import type { Key, Table } from "../../store/table.ts";
import { incidentPartition } from "../incident/incident.ts";
import type { SigningKey } from "../ports.ts";

/** `INCIDENT#<id>`, `ENDED`: that tokens of a revoked key are refused, as Curfew has tried. */
export interface EndedTokens {
  kid: string;
  /** The key still signed tokens then; the ones that were issued later another one may have signed. */
  currentUntil: Instant;
  /** When one was refused. */
  at: Instant;
  /** Where. */
  audiences: readonly string[];
  /** Whether no other key was published that may have signed tokens which still work. */
  isOnlyKey: boolean;
}

const endedKey = (incident: string): Key => ({ partition: incidentPartition(incident), sort: "ENDED" });

/** Keeps it, once. @param keys as they were before the key was revoked */
export async function keepEnded(
  table: Table,
  incident: string,
  { keys, ...ended }: Omit<EndedTokens, "isOnlyKey"> & { keys: readonly SigningKey[] },
): Promise<void> {
  const isOnlyKey = !keys.some(({ kid, state }) => kid !== ended.kid && (state === "previous" || state === "current"));
  await table.put<EndedTokens>(endedKey(incident), { ...ended, isOnlyKey }, { ifVersion: 0 });
}

/** Undefined while nothing is known to have ended. */
export const readEnded = async (table: Table, incident: string): Promise<EndedTokens | undefined> =>
  (await table.get<EndedTokens>(endedKey(incident)))?.value;
