import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { moment } from "../../alerts/change-alert.ts";
import type { Instant } from "../../history/history.ts";
import { clientText } from "../credentials/credential-text.ts";
import { NEXT_AUDIT } from "../ledger/overdue.ts";
import { about, advised, facts, iso, stateText, type TenantRotation, UNTENDED } from "./alert-parts.ts";
import { withOptions } from "./refusal-advice.ts";

/** So long whoever told Auth0 may be at work: the functions live fifteen minutes at the most. Milliseconds. */
const MAY_BE_AT_WORK = 15 * 60_000;

/**
 * Since when Auth0 knows a new credential that nobody finishes, as anybody can see who reads its record. The audit
 * finishes what is configured, whatever became of its function: there the next one has its turn first, and where it
 * fails until that is held, people have heard of it.
 *
 * @returns undefined where nothing is unfinished, or it is too early to say so
 */
export function leftUnfinishedSince({ record, isTended }: TenantRotation, now: Instant): Instant | undefined {
  const told = record.underWay?.setAt;
  if (told === undefined || (isTended && record.held)) return undefined;
  return now < told + (isTended ? NEXT_AUDIT : MAY_BE_AT_WORK) ? undefined : told;
}

const FINISH = "Finish it, and see what keeps it: npx curfew rotate";

/** That nobody finishes a rotation of which Auth0 was told. */
export function leftUnfinishedAlert(
  { tenant, record, isTended }: TenantRotation,
  since: Instant,
  rules: Pick<AlertRules, "owners">,
): Alert {
  const { clientId, underWay } = record;
  return {
    ...about(tenant, rules),
    id: alertId("rotation", "left-unfinished", tenant, clientId, underWay?.version ?? ""),
    severity: "high",
    title: `${tenant}: nobody finishes the rotation of ${clientText(clientId)}`,
    text: `${stateText(record)} ${isTended ? "No audit has finished it since." : UNTENDED.text}`,
    facts: [...facts(tenant, record), { label: "Auth0 told", value: moment(iso(since)) }],
    steps: [
      isTended ? withOptions(FINISH, advised(tenant, record)) : UNTENDED.step,
      `How it stands: npx curfew rotate status --tenant ${tenant}`,
      "More: docs/runbook.md#rotation-failed",
    ],
    at: iso(since),
  };
}
