import { CurfewError } from "../lib/model/curfew-error.ts";
import type { Terminal } from "./terminal.ts";

/** Runs something whose words are changed, in what it tells and in the error that it ends with. */
export async function telling(
  changed: (text: string) => string,
  terminal: Terminal,
  run: (terminal: Terminal) => Promise<void>,
): Promise<void> {
  try {
    await run({
      ...terminal,
      out: (text) => terminal.out(changed(text)),
      err: (text) => terminal.err(changed(text)),
    });
  } catch (error) {
    if (!(error instanceof CurfewError)) throw error;
    const { code, message, retryable, detail } = error;
    const options = { retryable, cause: error, ...(detail !== null && { detail }) };
    throw new CurfewError(code, changed(message), options);
  }
}
