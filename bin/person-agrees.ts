import { CurfewError } from "../lib/model/curfew-error.ts";
import { personHere } from "./person.ts";
import type { Invocation } from "./run-command-line.ts";
import type { Terminal } from "./terminal.ts";

/** What a person is asked, and what is said to those who cannot be. */
interface Question {
  question: string;
  /** What would be done without asking, as in "add --yes to …". */
  otherwise: string;
  /** Do not ask. */
  yes: boolean;
}

/**
 * Asks whether to go on. A no ends the command with 1.
 *
 * @throws CurfewError `arguments-invalid` where nobody can be asked, `interrupted`
 */
export async function personAgrees(
  { question, otherwise, yes }: Question,
  terminal: Terminal,
  { signal, setExitCode }: Invocation,
): Promise<boolean> {
  if (yes) return true;
  const person = personHere(signal);
  if (!person) {
    const message = `Nobody can be asked here, because this is no terminal; add --yes to ${otherwise} without asking.`;
    throw new CurfewError("arguments-invalid", message);
  }
  try {
    if (await person.agrees(question)) return true;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CurfewError("interrupted", "Nothing was changed.");
  }
  terminal.err("Nothing was changed.\n");
  setExitCode(1);
  return false;
}
