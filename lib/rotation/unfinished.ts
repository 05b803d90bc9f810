import { CurfewError } from "../model/curfew-error.ts";

/** Not done yet, and it may be tried again. */
export const unfinished = (message: string): CurfewError =>
  new CurfewError("rotation-unfinished", message, { retryable: true });
