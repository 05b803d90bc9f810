import type { CurfewError } from "../../model/curfew-error.ts";
import type { Aftercare } from "../ledger/rotation-record.ts";
import { minuteText } from "../minute-text.ts";
import type { RegisteredKey, RotatedClient } from "../ports.ts";
import type { Refused } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";

/** Auth0 keeps so many registered keys for a client. Source: Auth0 documentation, "Private Key JWT". */
const PLACES = 2;

/** What is registered for a client, and what of it must stay whatever refers to it. */
export interface Places {
  keys: readonly RegisteredKey[];
  client: Pick<RotatedClient, "clientId" | "referencedKeys">;
  /** The `kid` of the current key, where the stored value names one. */
  currentKid: string | undefined;
}

/** Registered keys that nothing refers to, and that are not the current one: leftovers of something. */
export const leftovers = ({ keys, client, currentKid }: Places): readonly RegisteredKey[] =>
  keys.filter(({ id, kid }) => !client.referencedKeys.includes(id) && (kid === undefined || kid !== currentKid));

/** True when a key must be deleted before another one can be registered. */
export const isFull = ({ keys }: Pick<Places, "keys">): boolean => keys.length >= PLACES;

/** Whether a new key has a place, or could be given one; undefined when it has. */
export function judgePlaces(places: Places): Refused | undefined {
  if (!isFull(places) || leftovers(places).length > 0) return undefined;
  const ids = places.keys.map(({ id }) => id).join(" and ");
  const message = `Both places for registered keys of ${places.client.clientId} are taken by keys in use (${ids}); detach and delete the one that nobody needs.`;
  return { refusal: "no-place", message };
}

/** A place that an old key of ours takes comes free by itself: that is a matter of time, not of people. */
export const noPlaceYet = (clientId: string, { from }: Pick<Aftercare, "from">): CurfewError =>
  unfinished(
    `The key before the current one of ${clientId} stays until the first audit after ${minuteText(from)}, and there is no place for a third; rotate again after that.`,
  );
