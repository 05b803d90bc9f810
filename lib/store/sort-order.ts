/**
 * The order of sort keys: that of their UTF-8 bytes, as in DynamoDB. JavaScript's own comparison differs from it
 * beyond U+FFFF.
 */
export const compareKeys = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The first key behind `key` in that order. */
export const justBehind = (key: string): string => `${key}\0`;

const LAST_CODE_POINT = 0x10ffff;

/** The first key behind all keys that begin with `prefix`; undefined when there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const codePoints = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (codePoints.at(-1) === LAST_CODE_POINT) codePoints.pop();
  const last = codePoints.pop();
  return last === undefined ? undefined : String.fromCodePoint(...codePoints, codePointAfter(last));
}

/** Halves of surrogate pairs are no characters: a key cannot hold one. */
const codePointAfter = (codePoint: number): number => (codePoint === 0xd7ff ? 0xe000 : codePoint + 1);
