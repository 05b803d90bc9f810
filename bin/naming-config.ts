import { shellWord } from "../lib/model/shell-word.ts";
import { DEFAULT_CONFIG } from "./config-option.ts";
import { telling } from "./telling.ts";
import { processTerminal, type Terminal } from "./terminal.ts";

/**
 * Runs what tells people which command to give next: where they have named a configuration, so do those commands, in
 * what is told and in what it ends with.
 *
 * @param options of a result for programs nothing is changed
 */
export async function namingConfig(
  { config, format }: { config: string; format?: string },
  run: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  const terminal = processTerminal();
  if (config === DEFAULT_CONFIG || format === "json") return run(terminal);
  return telling((text) => withConfig(text, config), terminal, run);
}

/**
 * The commands that go by a configuration, where none is named behind them: until the sentence ends, another command
 * begins, or a line that goes on with a capital letter. A line may be broken anywhere within a command, and what
 * {@link shellWord} has quoted, such as a reason, ends none.
 */
const COMMAND =
  /npx\s+curfew\s+(?:audit|config\s+check|revoke|rotate(?:\s+(?:adopt|resume|status))?)\b(?!(?:(?<=\s)'(?:[^']|'\\'')*'(?!\\'')|(?!npx\s+curfew|[.;]\s|\n\s*[A-Z]|(?<=\s)').)*?--config)/gs;

/** The same text with the configuration named in each command that goes by one. */
export const withConfig = (text: string, config: string): string =>
  text.replace(COMMAND, (command) => `${command} --config ${shellWord(config)}`);

/**
 * What is to be known of the commands in a text that was told by a command which reads no configuration; empty where none
 * of them goes by one that it does not name.
 */
export const configUnnamed = (text: string): string =>
  text.search(COMMAND) < 0
    ? ""
    : `Commands that go by a configuration read ${DEFAULT_CONFIG}; where yours is another file, add --config.`;
