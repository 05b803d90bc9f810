import { CurfewError } from "../../model/curfew-error.ts";

/** What a call came to. */
export type Tried<T> = { value: T } | { error: CurfewError };

/**
 * What a call came to; that Auth0 refused it, or did not answer, is an answer, too.
 *
 * @throws CurfewError `interrupted`, and everything that is no CurfewError
 */
export async function tried<T>(call: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    return { error };
  }
}
