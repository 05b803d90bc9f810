import type { Incident } from "../incident/incident.ts";
import { nowhereSince } from "../incident/nowhere.ts";
import type { LeakKind } from "./leak-kinds.ts";

/** The keys that people named, the last one last. */
export const namedKeys = ({ leakedKey, earlierKeys = [] }: Pick<Incident, "leakedKey" | "earlierKeys">): string[] =>
  leakedKey === undefined ? [] : [...earlierKeys, leakedKey];

/** Whether a key is one of those, by its `kid` or its id at Auth0. */
export const isNamed = ({ id, kid }: { id: string; kid?: string | undefined }, names: readonly string[]): boolean =>
  names.includes(id) || (kid !== undefined && names.includes(kid));

/** That an application without registered keys has not the one that a person named. */
const hasNoKeys = (key: string): string =>
  `The application has no key ${key}: it does not authenticate with registered keys.`;

/**
 * Why the key that a person named is not detached by itself; undefined where nobody named one, or where that is not
 * known before the application was looked at.
 */
export function whyKeyStays({
  leak,
  steps,
  leakedKey,
}: Pick<Incident, "leak" | "steps" | "leakedKey">): string | undefined {
  if (leakedKey === undefined || !leak || leak.levers.includes("detach-key")) return undefined;
  if (nowhereSince({ leak, steps }) !== null) return `There is no such application, and so no key ${leakedKey} of it.`;
  if (leak.kind === "client-secret" || leak.kind === "certificate") return hasNoKeys(leakedKey);
  if (TOKENS.has(leak.kind)) return `What leaked is a token: the key ${leakedKey} is not detached for it.`;
  return `The key ${leakedKey} is not detached by itself: the application authenticates with a secret, or no other key is attached that could stay.`;
}

const TOKENS: ReadonlySet<LeakKind> = new Set([
  "machine-token",
  "user-token",
  "explorer-token",
  "opaque-token",
  "encrypted-token",
]);
