import type { Instant } from "../../history/history.ts";
import type { CurfewError, ErrorCode } from "../../model/curfew-error.ts";

/** How far a run came. */
export type Came =
  /** `began` of a proof: see {@link StepResult}. */
  | { outcome: "done"; message: string; began?: Instant }
  /** `leftTo`: see {@link StepResult}. */
  | { outcome: "not-applicable"; message: string; leftTo?: string }
  | {
      outcome: "incomplete";
      message: string;
      missing: readonly string[];
      code: ErrorCode | null;
      /** True where nothing was found to be missing: it could not be looked at. */
      isUnseen?: boolean;
    };

/** Why something did not come about, in words that go behind a colon. */
export const reasonOf = ({ code, detail }: CurfewError): string =>
  code === "missing-scope" && detail !== null
    ? `the responder lacks ${detail}`
    : detail === null || detail === code
      ? code
      : `${code}, ${detail}`;

/** Not all of it, for one reason. */
export const incomplete = (message: string, missing: readonly string[], error: CurfewError | null): Came => ({
  outcome: "incomplete",
  message,
  missing: error === null ? missing : missing.map((line) => `${line}: ${reasonOf(error)}`),
  code: error?.code ?? null,
});

/** It could not be looked at. */
export const unseen = (message: string, missing: readonly string[], error: CurfewError): Came => ({
  ...(incomplete(message, missing, error) as Extract<Came, { outcome: "incomplete" }>),
  isUnseen: true,
});
