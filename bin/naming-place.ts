import type { Command } from "commander";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { shellWord } from "../lib/model/shell-word.ts";
import { telling } from "./telling.ts";
import type { Terminal } from "./terminal.ts";

/**
 * As `namingConfig`: where people have named the desk or its table by an option, so do the commands that they are told.
 * What the environment names holds for those anyway. In this folder there is neither, so beside `--local` an option that
 * names one is refused.
 *
 * @param command as it was called
 * @throws CurfewError `arguments-invalid`
 */
export async function namingPlace(
  command: Command,
  terminal: Terminal,
  run: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const { format, local, ...given } = command.opts<{
    format?: string;
    local?: boolean;
    desk?: string;
    table?: string;
  }>();
  const options = PLACE.filter((option) => command.getOptionValueSource(option) === "cli" && given[option]);
  if (local && options.length > 0) {
    const which = options.map((option) => `--${option}`).join(" and ");
    throw new CurfewError("arguments-invalid", `--local uses nothing that is deployed; leave out ${which}.`);
  }
  const named = options.map((option) => `--${option} ${shellWord(given[option] ?? "")}`);
  if (named.length === 0 || format === "json") return run(terminal);
  return telling((text) => withPlace(text, named.join(" ")), terminal, run);
}

const PLACE = ["desk", "table"] as const;

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
