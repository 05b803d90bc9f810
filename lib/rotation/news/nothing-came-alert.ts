import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { clientText } from "../credentials/credential-text.ts";
import type { RotationFailure } from "../ledger/rotation-record.ts";
import { about, advised, facts, failureFacts, iso, stateText, type TenantRotation } from "./alert-parts.ts";
import { ORDER_AGAIN, REFUSAL_ADVICE, refusalSteps, withOptions } from "./refusal-advice.ts";

const THEN =
  "Nobody goes on with that version. Where rotation is automatic, an audit rotates the credential once it is due; else nobody does before it is ordered again.";

/** That nothing came of a version after all that had failed of it. Each version is a matter of its own. */
export function nothingCameAlert(
  { tenant, record }: TenantRotation,
  failure: RotationFailure,
  rules: Pick<AlertRules, "owners">,
): Alert {
  const { clientId } = record;
  const { version, refusal, at, cameToNothing = at } = failure;
  const whom = advised(tenant, record);
  return {
    ...about(tenant, rules),
    id: alertId("rotation", "came-to-nothing", tenant, clientId, version),
    severity: "medium",
    title: `${tenant}: the rotation of ${clientText(clientId)} came to nothing${refusal ? `: ${REFUSAL_ADVICE[refusal].meaning}` : ""}`,
    text: `${THEN} ${stateText(record)}`,
    facts: [...facts(tenant, record), ...failureFacts(failure, refusal ? "Reason" : "Last failure")],
    steps: [
      ...(refusal ? refusalSteps(refusal, whom) : [withOptions(ORDER_AGAIN, whom)]),
      `How it stands: npx curfew rotate status --tenant ${tenant}`,
      refusal ? "More: docs/runbook.md#rotation-refused" : "More: docs/runbook.md#rotation-failed",
    ],
    at: iso(cameToNothing),
  };
}
