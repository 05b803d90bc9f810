import type { Alert } from "../../lib/alerts/alert.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";

/** What others would hear, for the only one who does. */
export function alertText({ title, items }: Alert, width: number): string {
  const lines = items.slice(0, 10).map((item) => wrapped(`- ${typed(item)}`, width, "    ", "      "));
  return `${[wrapped(`! ${typed(title)}`, width, "  ", "    "), ...lines].join("\n")}\n`;
}

/** Alerts break addresses for mail programs, which make links of them; a terminal shows what is there, to be copied. */
const typed = (text: string): string => terminalText(text.replaceAll("[:]//", "://"));
