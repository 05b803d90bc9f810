import { replaceObscure } from "../model/obscure-text.ts";

/**
 * Makes one harmless line of a text that a stranger may have chosen: an application's name reaches people's mail.
 * What hides, or hides something else, becomes U+FFFD; an address loses the form that mail programs turn into a link, because Curfew
 * itself writes none; what is too long ends with an ellipsis.
 *
 * @param most characters, in UTF-16 code units
 * @example harmless("Log in at https://evil.example", 100) // "Log in at https[:]//evil.example"
 */
export function harmless(text: string, most: number): string {
  // A million characters are not looked at; no character gets shorter than half its length.
  const start = text.slice(0, 2 * most + 2);
  return shortened(replaceObscure(start, () => "\uFFFD").replaceAll("://", "[:]//"), most);
}

/** The beginning of a text, cut between characters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/**
 * The first of many lines, and how many there are beside them.
 *
 * @param what they are, where other lines follow
 */
export function firstLines(lines: readonly string[], most: number, all: number = lines.length, what = ""): string[] {
  const shown = lines.slice(0, most);
  const hidden = Math.max(all, lines.length) - shown.length;
  return hidden === 0 ? shown : [...shown, `and ${hidden.toLocaleString("en")} more ${what}`.trimEnd()];
}

/** A number and its noun: "1 tenant", "1,200 findings". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
