import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { moment } from "../../alerts/change-alert.ts";
import type { Instant } from "../../history/history.ts";
import { clientText } from "../credentials/credential-text.ts";
import { about, facts, iso, stateText, type TenantRotation, UNTENDED } from "./alert-parts.ts";

/** So long whoever told Auth0 may be at work: the functions live fifteen minutes at the most. Milliseconds. */
const MAY_BE_AT_WORK = 15 * 60_000;

/**
 * Since when Auth0 knows a new credential that nobody goes on with: the audit finishes what is configured, whatever
 * became of its function, and nothing else.
 *
 * @returns undefined where somebody does, or nothing is unfinished
 */
export function leftUnfinishedSince({ record, isTended }: TenantRotation, now: Instant): Instant | undefined {
  const told = record.underWay?.setAt;
  return told === undefined || isTended || now < told + MAY_BE_AT_WORK ? undefined : told;
}

/** That nobody finishes a rotation of which Auth0 was told. */
export function leftUnfinishedAlert(
  { tenant, record }: TenantRotation,
  since: Instant,
  rules: Pick<AlertRules, "owners">,
): Alert {
  const { clientId, underWay } = record;
  return {
    ...about(tenant, rules),
    id: alertId("rotation", "left-unfinished", tenant, clientId, underWay?.version ?? ""),
    severity: "high",
    title: `${tenant}: nobody finishes the rotation of ${clientText(clientId)}`,
    text: `${stateText(record)} ${UNTENDED.text}`,
    facts: [...facts(tenant, record), { label: "Auth0 told", value: moment(iso(since)) }],
    steps: [
      UNTENDED.step,
      `How it stands: npx curfew rotate status --tenant ${tenant}`,
      "More: docs/runbook.md#rotation-failed",
    ],
    at: iso(since),
  };
}
