import type { Instant } from "../../history/history.ts";
import type { CurfewError, ErrorCode } from "../../model/curfew-error.ts";
import { type ActingLogin, ActingRefused, actingWords } from "../acting-login.ts";

/** How far a run came. */
export type Came =
  /** `began` of a proof, the others of giving back: see {@link StepResult}. */
  | { outcome: "done"; message: string; began?: Instant; stillClosed?: readonly string[] }
  /** `leftTo`: see {@link StepResult}. */
  | { outcome: "not-applicable"; message: string; leftTo?: string }
  | {
      outcome: "incomplete";
      message: string;
      missing: readonly string[];
      code: ErrorCode | null;
      /** See {@link StepResult}. */
      login?: ActingLogin;
      /** True where nothing was found to be missing: it could not be looked at. */
      isUnseen?: boolean;
    };

/** Why something did not come about, in words that go behind a colon. */
export function reasonOf(error: CurfewError): string {
  const { code, detail } = error;
  const login = error instanceof ActingRefused ? `the ${actingWords(error.login)}` : undefined;
  if (login !== undefined && code === "missing-scope") return `${login} lacks ${detail ?? "a scope"}`;
  const what = login === undefined ? code : `${code} for ${login}`;
  return detail === null || detail === code ? what : `${what}, ${detail}`;
}

/** Not all of it, for one reason. */
export const incomplete = (message: string, missing: readonly string[], error: CurfewError | null): Came => ({
  outcome: "incomplete",
  message,
  missing: error === null ? missing : missing.map((line) => `${line}: ${reasonOf(error)}`),
  code: error?.code ?? null,
  ...(error instanceof ActingRefused ? { login: error.login } : {}),
});

/** It could not be looked at. */
export const unseen = (message: string, missing: readonly string[], error: CurfewError): Came => ({
  ...(incomplete(message, missing, error) as Extract<Came, { outcome: "incomplete" }>),
  isUnseen: true,
});
