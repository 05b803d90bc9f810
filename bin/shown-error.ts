import { spoken } from "./spoken.ts";

/** Where errors go, as far as it decides how they are shown. */
type ErrorStream = Pick<NodeJS.WriteStream, "isTTY" | "columns">;

/**
 * An error's sentences as they are shown: broken to the width of the terminal, as all else; in a file or a pipe one
 * sentence stays one line, to be searched for. A command that one ends with stays in one line, to be copied.
 */
export function shownError(text: string, { isTTY, columns }: ErrorStream = process.stderr): string {
  if (!isTTY) return text;
  return text
    .split("\n")
    .map((line) => {
      const said = line.trimStart();
      const indent = line.slice(0, line.length - said.length);
      return said.startsWith("npx curfew ") ? line : spoken(said, columns, indent);
    })
    .join("\n");
}
