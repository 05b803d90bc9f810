import { closest, distance } from "fastest-levenshtein";

/** No key or id of Curfew is longer; comparing more than that would only cost time. */
const LONGEST = 80;

/** Fewer letters are the start of too many words. */
const SHORTEST_START = 3;

/** The candidate that `word` was probably meant to be, or undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word === "" || word.length > LONGEST || candidates.length === 0) return undefined;
  const plain = simplify(word);
  const same = candidates.find((candidate) => simplify(candidate) === plain);
  if (same !== undefined) return same;
  const longer = word.length < SHORTEST_START ? [] : candidates.filter((candidate) => candidate.startsWith(word));
  if (longer.length === 1) return longer[0];
  const found = closest(word, candidates);
  return distance(word, found) <= allowance(word, found) ? found : undefined;
}

/** One slip in three letters; two letters that changed places are one slip, though two edits. */
function allowance(word: string, found: string): number {
  const slips = Math.max(1, Math.floor(Math.min(word.length, found.length) / 3));
  return sorted(word) === sorted(found) ? Math.max(2, slips) : slips;
}

const sorted = (word: string): string => [...word].sort().join("");

/** `did you mean "domain"?` to end a sentence with, or undefined when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const found = nearest(word, candidates);
  return found === undefined ? undefined : `did you mean "${found}"?`;
}

/** `client_id`, `client-id` and `ClientID` all mean `clientId`. */
const simplify = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, "");

/** A hint as the end of a sentence: one that asks has its mark. */
export const ending = (hint: string): string => (hint.endsWith("?") ? hint : `${hint}.`);
