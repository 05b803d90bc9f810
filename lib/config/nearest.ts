import { closest, distance } from "fastest-levenshtein";

/** No key or id of Curfew is longer; comparing more than that would only cost time. */
const LONGEST = 80;

/** The candidate that `word` was probably meant to be, or undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word === "" || word.length > LONGEST || candidates.length === 0) return undefined;
  const plain = simplify(word);
  const same = candidates.find((candidate) => simplify(candidate) === plain);
  if (same !== undefined) return same;
  const found = closest(word, candidates);
  return distance(word, found) <= Math.max(1, Math.floor(Math.min(word.length, found.length) / 3)) ? found : undefined;
}

/** `; did you mean "domain"?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const found = nearest(word, candidates);
  return found === undefined ? undefined : `did you mean "${found}"?`;
}

/** `client_id`, `client-id` and `ClientID` all mean `clientId`. */
const simplify = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, "");
