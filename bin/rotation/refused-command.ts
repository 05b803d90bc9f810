import { hasCode } from "../../lib/model/curfew-error.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { type Refusal, refusalOf } from "../../lib/rotation/refusal.ts";
import type { Invocation } from "../run-command-line.ts";
import { spoken } from "../spoken.ts";
import type { Terminal } from "../terminal.ts";

/**
 * Runs a command about a rotation. What only a person can change is said with what to do, and ends it with 1.
 *
 * @param adviceOn what to do about a refusal
 */
export async function sayingRefusals(
  terminal: Terminal,
  { setExitCode }: Pick<Invocation, "setExitCode">,
  adviceOn: (refusal: Refusal) => readonly string[],
  command: () => Promise<void>,
): Promise<void> {
  try {
    await command();
  } catch (error) {
    const refusal = refusalOf(error);
    const mayPass = hasCode(error, "rotation-busy", "rotation-unfinished");
    if ((refusal === null && !mayPass) || !(error instanceof Error)) throw error;
    const advice = refusal === null ? [] : adviceOn(refusal);
    terminal.err([terminalText(error.message), ...advice].map((line) => `${spoken(line, terminal.width)}\n`).join(""));
    setExitCode(1);
  }
}
