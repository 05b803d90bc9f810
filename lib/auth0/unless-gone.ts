import { hasCode } from "../model/curfew-error.ts";

/** Sends a request; undefined where Auth0 knows nothing under its path: read, that is nothing, and deleted already. */
export async function unlessGone<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (hasCode(error, "not-found")) return undefined;
    throw error;
  }
}
