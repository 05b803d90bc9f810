import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { harmless } from "../../alerts/harmless-text.ts";
import { clientText, secretNameOf } from "../credentials/credential-text.ts";
import type { Aftercare, Ending, RotationRecord } from "../ledger/rotation-record.ts";
import type { CredentialKind } from "../ledger/target.ts";
import type { VersionId } from "../ports.ts";
import { about, advised, facts, iso, newOneText } from "./alert-parts.ts";
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
  unproven: (why, { clientId }, care) => ({
    severity: "medium",
    title: `nobody can prove that the old credential of ${clientText(clientId)} is dead`,
    text: `${newOneText(care)} ${why}`,
    steps: ["In Auth0, look at the application's credentials and at the tenant's log: nothing should use the old one."],
  }),
  "in-use": (why, { clientId, kind, arn }, { current }) => ({
    severity: "medium",
    title: `somebody went back to the former credential of ${clientText(clientId)}`,
    text: `${why} What the rotation left to do is over. With rotate: auto, a run replaces it once more once it is past its maxAge.${kind === "private-key" ? ` Curfew does not take the newer key, of the version ${current}, away: where Auth0 still has it, it stays.` : ""}`,
    steps: [...GONE_BACK[kind](makeCurrent(secretNameOf(arn), current))],
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

/** What to do where somebody went back, by whether they meant to. */
const GONE_BACK: Readonly<Record<CredentialKind, (forward: string) => readonly string[]>> = {
  "client-secret": (forward) => [
    "See whether Auth0 accepts what is stored: npx curfew rotate --dry-run",
    `If it was not meant: ${forward}. Auth0 accepts the newer one unless somebody set the former one there, too.`,
    "If it was not meant and the newer one is of no use: npx curfew rotate --overwrite",
  ],
  "private-key": (forward) => [
    "If it was meant: in Auth0, detach and delete the newer key once nobody uses it; the next one needs its place.",
    `If it was not meant: ${forward}; in Auth0, detach and delete the former key once nobody uses it.`,
    "If it was not meant and the newer key is gone: npx curfew rotate",
  ],
};

/** Another rotation would be refused: Auth0 refuses the former secret, and has no place for a third key. */
const makeCurrent = (secret: string, version: VersionId): string =>
  `make the newer version current again, in place of the one that is (CURRENT): aws secretsmanager update-secret-version-stage --secret-id ${secret} --version-stage AWSCURRENT --move-to-version-id ${version} --remove-from-version-id CURRENT`;
