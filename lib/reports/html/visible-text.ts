/**
 * Characters that nobody sees but that change what is seen: controls, format characters (bidirectional overrides
 * and zero-width ones among them), line and paragraph separators, private use, halves of a surrogate pair, and the
 * letters that are drawn as nothing. Line feed and tab are white space in HTML and stay.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u115F\u1160\u3164\uFFA0]/gu;

/** More of a name than this helps nobody; identifiers of Auth0 are shorter. */
const LONGEST = 200;

/**
 * Makes text from a tenant say what it holds: each invisible character is written as its code point.
 *
 * @example visibleText("a\u202Eb") // "a‹U+202E›b"
 */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) =>
    character === "\n" || character === "\t" ? character : `‹U+${codePoint(character)}›`,
  );
}

const codePoint = (character: string): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

/**
 * Cuts a text that is too long to read and says how long it was.
 *
 * @example shorten("abcdef", 3) // "abc… (6 characters)"
 */
export function shorten(text: string, longest: number = LONGEST): string {
  if (text.length <= longest) return text;
  const characters = [...text];
  if (characters.length <= longest) return text;
  return `${characters.slice(0, longest).join("")}… (${characters.length.toLocaleString("en")} characters)`;
}
