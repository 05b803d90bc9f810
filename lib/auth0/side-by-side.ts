/**
 * Runs `read` for all inputs at once; a tenant's pacer decides how many of them are really under way.
 * The first failure ends the others, so that nobody asks for what is lost anyway.
 *
 * @returns the results in the order of the inputs
 */
export async function sideBySide<Input, Output>(
  inputs: readonly Input[],
  signal: AbortSignal,
  read: (input: Input, signal: AbortSignal) => Promise<Output>,
): Promise<Output[]> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  try {
    return await Promise.all(inputs.map((input) => read(input, either)));
  } finally {
    ended.abort(ENDED);
  }
}

/** A reason of our own: the default one is an exception with a stack, also where all went well. */
const ENDED = "ended";
