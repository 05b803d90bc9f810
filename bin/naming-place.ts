import type { Command } from "commander";
import { shellWord } from "../lib/model/shell-word.ts";
import { telling } from "./telling.ts";
import type { Terminal } from "./terminal.ts";

/**
 * As `namingConfig`: where people have named the desk or its table by an option, so do the commands that they are told.
 * What the environment names holds for those anyway.
 *
 * @param command as it was called
 */
export async function namingPlace(
  command: Command,
  terminal: Terminal,
  run: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const { format, ...given } = command.opts<{ format?: string; desk?: string; table?: string }>();
  const named = (["desk", "table"] as const).flatMap((option) =>
    command.getOptionValueSource(option) === "cli" && given[option] ? [`--${option} ${shellWord(given[option])}`] : [],
  );
  if (named.length === 0 || format === "json") return run(terminal);
  return telling((text) => withPlace(text, named.join(" ")), terminal, run);
}

/**
 * The commands that ask the desk or read its table, unless they are about this folder. The words behind one belong to it
 * until the sentence or a part of it ends, another command begins, or a line that goes on with a capital letter. A line
 * may be broken anywhere within a command.
 */
const COMMAND =
  /npx\s+curfew\s+(?:incidents(?:\s+(?:show|close|refresh-tokens-revoked)\b)?|approve|reject|revoke)\b(?!(?:(?!npx\s+curfew|[.;,]\s|\s\(|\n\s*[A-Z]).)*?--local)/gs;

/** The same text with the place named in each command that goes by one. */
export const withPlace = (text: string, named: string): string =>
  text.replace(COMMAND, (command) => `${command} ${named}`);
