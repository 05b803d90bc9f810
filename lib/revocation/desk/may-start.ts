import type { Config } from "../../config/schema.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import { callerOf, isAmong } from "../approvals/caller.ts";

/**
 * Lets those start an incident who are named for it, or for approving. Where the configuration names nobody, the
 * policy of the Function URL alone says who may: an emergency must not wait for a deployment.
 *
 * @param arn of the caller
 * @throws CurfewError `request-refused` for everybody else
 */
export function allowStart(arn: string, incidents: Config["incidents"]): void {
  if (!incidents) return;
  const caller = callerOf(arn);
  if (caller && isAmong(caller, [...incidents.requesters, ...incidents.approvers])) return;
  throw new CurfewError(
    "request-refused",
    "You are not among those who may start an incident; incidents.requesters and incidents.approvers in the configuration name them.",
  );
}

/**
 * Whether somebody may approve what others started: an emergency does not wait for another person to start it, but what
 * is given back then needs another approver.
 */
export function isApprover(arn: string, incidents: Config["incidents"]): boolean {
  const caller = callerOf(arn);
  return caller !== undefined && incidents !== undefined && isAmong(caller, incidents.approvers);
}
