import { briefText } from "../terminal-text.ts";

/**
 * More of a text is not shown, in UTF-16 code units. GitHub limits the descriptions of a rule to 1,024 characters and
 * names no limit for the message of a result, of which it shows one sentence where space is short: the same is taken.
 * Source: GitHub documentation, "SARIF support for code scanning", `reportingDescriptor` and `result`.
 */
export const LONGEST_TEXT = 1_024;

/** The same for a name: GitHub's limit for that of a rule, on the same page. Characters. */
export const LONGEST_NAME = 255;

/** A SARIF message that is plain text only. */
export interface PlainMessage {
  text: string;
}

/**
 * Makes a plain text message of SARIF 2.1.0 in which nothing but text can be read, whatever a name in it holds.
 *
 * Braces are doubled (§3.11.5), so that `{0}` is no placeholder. A link is a bracket and a parenthesis side by side,
 * and there is no escape for text outside of links (§3.11.6), so the two are moved apart. What is longer than
 * {@link LONGEST_TEXT} ends with an ellipsis.
 *
 * @example plainMessage("[log in](https://evil.example) {0}") // { text: "[log in] (https://evil.example) {{0}}" }
 */
export function plainMessage(text: string): PlainMessage {
  // No more than can be shown is escaped: a name may have a million characters.
  const escaped = briefText(text, LONGEST_TEXT).replace(/[{}]/g, "$&$&").replaceAll("](", "] (");
  return { text: escaped.length <= LONGEST_TEXT ? escaped : `${beginning(escaped, LONGEST_TEXT - 1)}…` };
}

/** The beginning of an escaped text, cut neither inside a character nor inside a doubled brace. */
function beginning(escaped: string, most: number): string {
  const cut = escaped.slice(0, most).replace(/[\uD800-\uDBFF]$/, "");
  const braces = /[{}]*$/.exec(cut)?.[0].length ?? 0;
  return braces % 2 === 0 ? cut : cut.slice(0, -1);
}
