import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { harmless } from "../../alerts/harmless-text.ts";
import { clientText } from "../credentials/credential-text.ts";
import type { Aftercare, Ending, RotationRecord } from "../ledger/rotation-record.ts";
import { about, advised, facts, iso } from "./alert-parts.ts";
import { withOptions } from "./refusal-advice.ts";

/** What is said of an aftercare that no proof ends. */
interface Telling {
  severity: Alert["severity"];
  /** After the tenant's name. */
  title: string;
  text: string;
  steps: readonly string[];
}

/** What to tell of an old credential that nobody will prove dead: nothing where its successor came to nothing. */
export function unprovenAlerts(
  { tenant, record }: { tenant: string; record: RotationRecord },
  care: Aftercare,
  rules: Pick<AlertRules, "owners">,
): Alert[] {
  const { old, current, recordedAt, notProvable, ending } = care;
  if (notProvable === undefined || ending === "nothing-came") return [];
  const told = TELLINGS[ending ?? "unproven"](harmless(notProvable, 300), record, care);
  return [
    {
      ...about(tenant, rules),
      id: alertId("rotation", "unproven", tenant, record.clientId, old, current),
      severity: told.severity,
      title: `${tenant}: ${told.title}`,
      text: told.text,
      facts: facts(tenant, record),
      steps: [
        ...told.steps.map((step) => withOptions(step, advised(tenant, record))),
        "More: docs/runbook.md#aftercare-overdue",
      ],
      at: iso(recordedAt),
    },
  ];
}

type State = Exclude<Ending, "nothing-came"> | "unproven";

const TELLINGS: Readonly<Record<State, (why: string, record: RotationRecord, care: Aftercare) => Telling>> = {
  unproven: (why, { clientId }) => ({
    severity: "medium",
    title: `nobody can prove that the old credential of ${clientText(clientId)} is dead`,
    text: `The new one is in place. ${why}`,
    steps: ["In Auth0, look at the application's credentials and at the tenant's log: nothing should use the old one."],
  }),
  "in-use": (why, { clientId, kind }, { current }) => ({
    severity: "medium",
    title: `somebody went back to the former credential of ${clientText(clientId)}`,
    text: `${why} What the rotation left to do is over.${kind === "private-key" ? ` The newer key, of the version ${current}, stays attached at Auth0 until a person takes it away.` : ""}`,
    steps: [
      ...(kind === "private-key"
        ? [
            "If it was meant: in Auth0, detach and delete the newer key once nobody uses it; the next one needs its place.",
          ]
        : ["If it was meant: see whether Auth0 accepts what is stored: npx curfew rotate --dry-run"]),
      "If it was not: rotate again: npx curfew rotate",
    ],
  }),
  superseded: (why, { clientId }) => ({
    severity: "medium",
    title: `another value was stored in place of the new credential of ${clientText(clientId)}`,
    text: `${why} Nobody looks any more whether Auth0 accepts the one before it.`,
    steps: [
      "Find out who stored it, and which one the application is to use.",
      "See whether Auth0 accepts what is stored: npx curfew rotate --dry-run",
    ],
  }),
  "client-gone": (why, { clientId }) => ({
    severity: "low",
    title: `the application ${clientText(clientId)} is gone, and its old credential with it`,
    text: why,
    steps: ["Take it out of credentials in curfew.yaml and deploy; delete the secret once nobody reads it."],
  }),
};
