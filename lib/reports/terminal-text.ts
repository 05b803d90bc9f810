/**
 * Makes text from a tenant harmless in a terminal: application names are chosen by strangers.
 * Control characters could move the cursor or set colours, format characters could reverse what is read.
 */
export function terminalText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, "\uFFFD");
}
