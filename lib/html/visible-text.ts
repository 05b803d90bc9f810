import { replaceObscure } from "../model/obscure-text.ts";

/** More of a name than this helps nobody; identifiers of Auth0 are shorter. */
const LONGEST = 200;

/**
 * Makes text from a tenant say what it holds: each character that hides, or hides something else, is written as its
 * code point. Line feed and tab are white space in HTML and stay.
 *
 * @example visibleText("a\u202Eb") // "a‹U+202E›b"
 */
export function visibleText(text: string): string {
  return replaceObscure(text, (character) =>
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
