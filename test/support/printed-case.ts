/**
 * A case of a matrix as a failing test prints it.
 *
 * @param keys what each case has
 * @returns undefined for any other text
 */
export function printedCase<Case extends object>(
  text: string,
  keys: readonly (string & keyof Case)[],
): Case | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && keys.every((key) => key in value)
      ? (value as Case)
      : undefined;
  } catch {
    return undefined;
  }
}

/** What to say of one that is none. */
export const NO_CASE = "--case takes one case as JSON, as a failing test prints it.";
