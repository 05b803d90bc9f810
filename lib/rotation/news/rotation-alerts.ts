import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { moment } from "../../alerts/change-alert.ts";
import { counted, harmless } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { clientText } from "../credentials/credential-text.ts";
import { failedForGood, failing } from "../ledger/failing.ts";
import { isStillAccepted, overdueSince } from "../ledger/overdue.ts";
import type { Aftercare, RotationFailure, RotationRecord } from "../ledger/rotation-record.ts";
import {
  about,
  advised,
  facts,
  failureFacts,
  iso,
  newOneText,
  stateText,
  type TenantRotation,
  UNTENDED,
} from "./alert-parts.ts";
import { earlyAlerts } from "./early-alert.ts";
import { leftUnfinishedAlert, leftUnfinishedSince } from "./left-unfinished-alert.ts";
import { nothingCameAlert } from "./nothing-came-alert.ts";
import { failureSteps, heldSteps, REFUSAL_ADVICE, refusalSteps } from "./refusal-advice.ts";
import { takenBackAlerts } from "./taken-back-alert.ts";
import { unprovenAlerts } from "./unproven-alert.ts";

/**
 * What everybody should hear of rotations: that one is held or fails, that applications are refused because a person
 * made a version current too early, or that an old credential is not dead.
 *
 * Computed from the records and the time alone. The same matter has the same id, so whoever tells it (the rotation
 * itself, or the end of a run) tells it once.
 */
export const rotationAlerts = (
  rotations: readonly TenantRotation[],
  rules: Pick<AlertRules, "owners">,
  now: Instant,
): Alert[] =>
  rotations.flatMap((rotation) => {
    const { held, aftercare } = rotation.record;
    const left = leftUnfinishedSince(rotation, now);
    const failure = rotation.isTended ? failing(rotation.record) : undefined; // else no audit tries again
    const last = rotation.isTended ? failedForGood(rotation.record) : undefined;
    return [
      ...(left === undefined ? [] : [leftUnfinishedAlert(rotation, left, rules)]),
      ...earlyAlerts(rotation, rules),
      ...(held ? [heldAlert(rotation, held, rules)] : []),
      ...(failure && !held ? [failedAlert(rotation, failure, rules)] : []),
      ...(last && !held ? [nothingCameAlert(rotation, last, rules)] : []),
      ...takenBackAlerts(rotation, rules, now),
      ...aftercare.flatMap((care) => aftercareAlerts(rotation, care, rules, now)),
    ];
  });

const HELD = "Curfew does not try again until a person says so.";
const HELD_AND_TOLD =
  "Each audit goes on trying to finish what Auth0 was told of; no other rotation is begun until a person says so.";

function heldAlert(
  { tenant, record, isTended }: TenantRotation,
  { since, refusal, message }: NonNullable<RotationRecord["held"]>,
  rules: Pick<AlertRules, "owners">,
): Alert {
  const { clientId, failures, lastFailure } = record;
  const code = refusal ?? lastFailure?.code;
  const why = refusal ? REFUSAL_ADVICE[refusal].meaning : `it failed ${counted(failures, "time")} in a row`;
  return {
    ...about(tenant, rules),
    // Another reason is another matter: what to do about it is.
    id: alertId("rotation", "held", tenant, clientId, since, refusal),
    severity: "high",
    title: `${tenant}: the rotation of ${clientText(clientId)} is held: ${why}`,
    text: `${isTended && record.underWay?.setAt !== undefined ? HELD_AND_TOLD : HELD} ${stateText(record)}`,
    facts: [
      ...facts(tenant, record),
      { label: "Held since", value: moment(iso(since)) },
      { label: "Reason", value: harmless(message, 300) },
      ...(code ? [{ label: "Code", value: code }] : []),
      ...(lastFailure && lastFailure.message !== message
        ? [{ label: "Last failure", value: harmless(lastFailure.message, 300) }]
        : []),
    ],
    steps: [
      ...heldSteps(refusal, lastFailure?.code, advised(tenant, record)),
      refusal ? "More: docs/runbook.md#rotation-refused" : "More: docs/runbook.md#rotation-held",
    ],
    at: iso(since),
  };
}

/** What Auth0 was told of is finished all the same, and never fails by this. */
const OFF = "No audit rotates it, or finishes what is begun, before that is switched on.";

function failedAlert(
  { tenant, record }: TenantRotation,
  failure: RotationFailure,
  rules: Pick<AlertRules, "owners">,
): Alert {
  const { clientId } = record;
  const { version, step, at, code, refusal } = failure;
  // A version that is not made is another one each day; what keeps it from being made is the same matter.
  const matter = refusal ?? version;
  return {
    ...about(tenant, rules),
    id: alertId("rotation", "failed", tenant, clientId, matter, record.promoted?.version ?? null),
    severity: "medium",
    title: `${tenant}: the rotation of ${clientText(clientId)} failed${refusal ? `: ${REFUSAL_ADVICE[refusal].meaning}` : ` in ${step}`}`,
    text: `${thenText(record, refusal)} ${stateText(record)}`,
    facts: [...facts(tenant, record), ...failureFacts(failure)],
    steps: [
      ...(refusal ? refusalSteps(refusal, advised(tenant, record)) : failureSteps(code, advised(tenant, record))),
      `How it stands: npx curfew rotate status --tenant ${tenant}`,
      "More: docs/runbook.md#rotation-failed",
    ],
    at: iso(at),
  };
}

function thenText({ underWay }: RotationRecord, refusal: RotationFailure["refusal"]): string {
  if (refusal === "rotation-disabled") return OFF;
  if (underWay?.wasRefused) return "The next audit brings it to its end, unless AWSCURRENT is on it by then.";
  return underWay ? "The next audit finishes it." : "The next audits try again, and it is held when they fail as well.";
}

function aftercareAlerts(
  rotation: TenantRotation,
  care: Aftercare,
  rules: Pick<AlertRules, "owners">,
  now: Instant,
): Alert[] {
  const since = overdueSince(care, now, rotation.isTended);
  if (since !== undefined) return [overdueAlert(rotation, care, since, rules)];
  return unprovenAlerts(rotation, care, rules);
}

function overdueAlert(
  { tenant, record, isTended }: TenantRotation,
  care: Aftercare,
  since: Instant,
  rules: Pick<AlertRules, "owners">,
): Alert {
  const { clientId, kind } = record;
  const isAccepted = isStillAccepted(care);
  const isRefused = care.answers.at(-1)?.current === "refused"; // the new one, or whatever was stored since
  const { failure } = care;
  // Where nobody came to ask, what kept them from it may be that the new one is not accepted.
  const hindrance = failure && care.answers.length === 0 ? `${harmless(failure.message, 300)} ` : "";
  const dashboard =
    kind === "client-secret"
      ? "In Auth0, look whether somebody set the old secret again: the tenant's log names every change of the application."
      : "In Auth0, look at the application's credentials: the old key should be neither attached nor registered.";
  return {
    ...about(tenant, rules),
    // The same old one may be made current again, and be replaced by another: that is another matter.
    id: alertId("rotation", "overdue", tenant, clientId, care.old, care.current),
    severity: "high",
    title: `${tenant}: the old credential of ${clientText(clientId)} is ${isAccepted ? "still accepted" : "not proven dead"}`,
    text: `${newOneText(care)} The old one should be dead by now, and ${isAccepted ? "is not: whoever has it still gets in" : "nobody could see that it is: whoever has it may still get in"}. ${hindrance}${isTended ? "Curfew goes on trying with every audit." : UNTENDED.text}`,
    facts: [
      ...facts(tenant, record),
      { label: "Overdue since", value: moment(iso(since)) },
      lastAnswer(care),
      ...(failure ? [{ label: "Last failure", value: harmless(failure.message, 300) }] : []),
    ],
    steps: [
      ...(isTended ? [] : [UNTENDED.step]),
      ...(isRefused ? refusalSteps("current-refused", advised(tenant, record)) : []),
      dashboard,
      `How it stands: npx curfew rotate status --tenant ${tenant}`,
      "More: docs/runbook.md#aftercare-overdue",
    ],
    at: iso(since),
  };
}

function lastAnswer({ answers }: Aftercare): Alert["facts"][number] {
  const last = answers.at(-1);
  const value = last ? `old ${last.old}, new ${last.current}, at ${moment(iso(last.at))}` : "none yet";
  return { label: "Last answer", value };
}
