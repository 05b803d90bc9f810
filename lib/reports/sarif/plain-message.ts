import { terminalText } from "../terminal-text.ts";

/** A SARIF message that is plain text only. */
export interface PlainMessage {
  text: string;
}

/**
 * Makes a plain text message of SARIF 2.1.0 in which nothing but text can be read, whatever a name in it holds.
 *
 * Braces are doubled (§3.11.5), so that `{0}` is no placeholder. A link is a bracket and a parenthesis side by side,
 * and there is no escape for text outside of links (§3.11.6), so the two are moved apart.
 *
 * @example plainMessage("[log in](https://evil.example) {0}") // { text: "[log in] (https://evil.example) {{0}}" }
 */
export function plainMessage(text: string): PlainMessage {
  return { text: terminalText(text).replace(/[{}]/g, "$&$&").replaceAll("](", "] (") };
}
