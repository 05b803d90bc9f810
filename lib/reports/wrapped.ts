import wrapAnsi from "wrap-ansi";

/** Columns that are used however narrow the terminal says it is. */
const LEAST = 20;

/**
 * Breaks a text to the width of the terminal.
 *
 * @param width columns, the indentation included
 * @param hanging the indentation of all lines but the first
 */
export function wrapped(text: string, width: number, indent = "", hanging = indent): string {
  const columns = Math.max(LEAST, width - Math.max(indent.length, hanging.length));
  return wrapAnsi(text, columns, { hard: true })
    .split("\n")
    .map((line, index) => `${index === 0 ? indent : hanging}${line}`)
    .join("\n");
}
