import type { Alert } from "../../alerts/alert.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { moment } from "../../alerts/change-alert.ts";
import { counted, harmless } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { clientText, secretNameOf } from "../credentials/credential-text.ts";
import type { Aftercare, RotationFailure, RotationRecord } from "../ledger/rotation-record.ts";
import type { Advised } from "./refusal-advice.ts";

/** What is remembered of one credential's rotations, and whose it is. */
export interface TenantRotation {
  tenant: string;
  record: RotationRecord;
  /** Whether it is configured, with a rotator: without that no audit goes on with it. */
  isTended: boolean;
}

/** What all alerts about the rotations of a tenant have in common. */
export const about = (tenant: string, { owners }: Pick<AlertRules, "owners">) => ({
  kind: "rotation" as const,
  tenant,
  owner: owners.get(tenant) ?? null,
  items: [],
});

/** Whom advice names. */
export const advised = (tenant: string, { clientId, arn }: RotationRecord): Advised => ({
  tenant,
  clientId,
  secret: secretNameOf(arn),
});

/** What is said first of a credential. */
export const facts = (tenant: string, { clientId, kind, arn, failures }: RotationRecord): Alert["facts"] => [
  { label: "Tenant", value: tenant },
  { label: "Application", value: clientText(clientId) },
  { label: "Kind", value: kind },
  { label: "Secret", value: harmless(secretNameOf(arn), 200) },
  ...(failures > 0 ? [{ label: "Failed", value: `${counted(failures, "time")} in a row` }] : []),
];

/**
 * What went wrong, and where.
 *
 * @param what the message is called: of what is over it may speak of what was to come then
 */
export const failureFacts = (
  { at, step, code, refusal, message }: RotationFailure,
  what = "Reason",
): Alert["facts"] => [
  { label: "Failed", value: moment(iso(at)) },
  { label: "Step", value: step },
  { label: "Code", value: refusal ?? code },
  { label: what, value: harmless(message, 300) },
];

export const iso = (instant: Instant): string => new Date(instant).toISOString();

/** Whether the new one works, as far as the last answer tells: people may have stored or set another since it did. */
export function newOneText({ answers }: Pick<Aftercare, "answers">): string {
  const said = answers.at(-1)?.current;
  if (said === "accepted") return "The new one is in place.";
  if (said !== "refused") return "The new one was made the current one.";
  return "Auth0 refuses what is stored as the current one: somebody changed one of the two by hand since the rotation, and applications may fail.";
}

/** That no audit goes on with a credential, and what to do. */
export const UNTENDED = {
  text: "No audit goes on with it: the credential, the tenant's rotator or the tenant itself is not in curfew.yaml.",
  step: "Put the tenant with its rotator and the credential back into curfew.yaml and deploy, until it is done.",
} as const;

/**
 * Whether production can be concerned: what a person at three in the morning wants to know first. No record says where
 * the label is by now, so both is said; nor of what nothing came whether Auth0 had been told of it.
 */
export function stateText({ underWay }: RotationRecord): string {
  if (underWay?.setAt === undefined) return "No change at Auth0 is under way.";
  if (underWay.wasRefused) {
    return `Auth0 refused the new credential, the version ${underWay.version}, after it was made current, and is not told of it again unasked.`;
  }
  return `The new credential may be live already: it is stored as the version ${underWay.version}. Under AWSPENDING consumers that follow docs/consuming-secrets.md find it; where somebody took that label away they find nothing that works, until that version is finished.`;
}
