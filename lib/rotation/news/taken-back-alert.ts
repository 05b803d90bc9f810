import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import type { Instant } from "../../history/history.ts";
import { clientText, fieldNames, secretNameOf } from "../credentials/credential-text.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import { about, facts, iso, type TenantRotation } from "./alert-parts.ts";

/** So long the next audit may tell of it, and the one after: they are three days apart at the most. Milliseconds. */
const TIME_TO_TELL = 7 * 86_400_000;

/** That a promotion took back what somebody had stored beside the credential while the rotation hung. */
export function takenBackAlerts(
  { tenant, record }: TenantRotation,
  rules: Pick<AlertRules, "owners">,
  now: Instant,
): Alert[] {
  const { tookBack = [], clientId } = record;
  const recent = tookBack.filter(({ at }) => now < at + TIME_TO_TELL);
  return recent.map((taken) => ({
    ...about(tenant, rules),
    id: alertId("rotation", "taken-back", tenant, clientId, taken.version, taken.from),
    severity: "medium",
    title: `${tenant}: the rotation of ${clientText(clientId)} took back what somebody had stored beside the credential`,
    text: textOf(taken),
    facts: facts(tenant, record),
    steps: stepsOf(record, taken),
    at: iso(taken.at),
  }));
}

type TookBack = NonNullable<RotationRecord["tookBack"]>[number];

function textOf({ fields, from }: TookBack): string {
  return `Auth0 knew the new credential already, or an incident did not wait, so its version was promoted as it had been made. Meanwhile somebody had stored something else (${fieldNames(fields)}): it is in the version ${from}, and whoever reads the secret now finds what was there before.`;
}

/** The credential may have moved to another secret since. */
const stepsOf = ({ arn }: RotationRecord, taken: TookBack): string[] => {
  const [now, then] = [arn, taken.arn].map((one) => `--secret-id ${secretNameOf(one)}`);
  return [
    `See what was stored: aws secretsmanager get-secret-value ${then} --version-id ${taken.from}`,
    `Store that with the credential of the current version: aws secretsmanager put-secret-value ${now} --secret-string file://value.json`,
    "More: docs/runbook.md#taken-back-by-a-rotation",
  ];
};
