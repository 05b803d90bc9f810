import { TruncatedListing } from "../auth0/listing.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import type { UnknownReason } from "../model/finding.ts";
import type { Unavailable } from "./inventory.ts";

/**
 * Turns a failure to read into a section that says so.
 *
 * @throws the error itself when a person interrupted the audit: that is no property of the tenant.
 */
export function unavailable(error: unknown): Unavailable {
  if (hasCode(error, "interrupted")) throw error;
  if (!(error instanceof CurfewError)) {
    // The name of the class, never the message: it may quote what was being read.
    return because("defect", error instanceof Error ? error.name : "unknown error");
  }
  return because(reasonOf(error), error.detail ?? error.code);
}

/** A section that is unavailable for a known reason. */
export const because = (reason: UnknownReason, detail: string | null): Unavailable => ({
  status: "unavailable",
  reason,
  detail,
});

function reasonOf(error: CurfewError): UnknownReason {
  if (error instanceof TruncatedListing) return "truncated";
  switch (error.code) {
    case "missing-scope":
      return "missing-scope";
    case "feature-unavailable":
      return "feature-unavailable";
    case "timed-out":
      return "time-out";
    default:
      return "fetch-failed";
  }
}
