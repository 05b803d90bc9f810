import { replaceObscure } from "../model/obscure-text.ts";

/**
 * Makes text from a tenant harmless in a terminal: application names are chosen by strangers.
 * Control characters could move the cursor or set colours, format characters could reverse what is read.
 */
export function terminalText(text: string): string {
  return replaceObscure(text, () => "\uFFFD");
}

/**
 * The beginning of a text from a tenant, made harmless: a name may have thousands of characters, and laying out a
 * table takes time that grows with their square.
 */
export function briefText(text: string, most: number): string {
  const characters = [...text.slice(0, 2 * most)];
  const brief =
    characters.length <= most && text.length <= 2 * most ? text : `${characters.slice(0, most - 1).join("")}…`;
  return terminalText(brief);
}
