import stringWidth from "string-width";
import { wrapped } from "../lib/reports/wrapped.ts";

/**
 * Breaks what is said to the width of the terminal. A command that it ends with stays in one line, to be copied.
 *
 * @param hanging the indentation of all lines but the first
 */
export function spoken(text: string, width: number, indent = "", hanging = indent): string {
  const [, before, command] = /^(.*:) (npx curfew .*)$/s.exec(text) ?? [];
  if (before === undefined || stringWidth(indent + text) <= width) return wrapped(text, width, indent, hanging);
  return `${wrapped(before, width, indent, hanging)}\n${hanging}  ${command}`;
}
