import { terminalText } from "../../lib/reports/terminal-text.ts";
import { spoken } from "../spoken.ts";

/** What a person does by hand, step by step; empty where there is nothing to do. */
export const byHandText = (lines: readonly string[], width: number): string =>
  lines.length === 0
    ? ""
    : `\nTo give back by hand what was taken away:\n${lines.map((line, index) => `${spoken(terminalText(`${index + 1}. ${line}`), width, "  ", "     ")}\n`).join("")}`;
