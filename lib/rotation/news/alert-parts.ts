import type { Alert } from "../../alerts/alert.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { counted, harmless } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import { clientText, secretNameOf } from "../credentials/credential-text.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import type { Advised } from "./refusal-advice.ts";

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

export const iso = (instant: Instant): string => new Date(instant).toISOString();
