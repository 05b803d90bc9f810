import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import type { AlertRules } from "../../alerts/alert-rules.ts";
import { moment } from "../../alerts/change-alert.ts";
import { harmless } from "../../alerts/harmless-text.ts";
import { clientText } from "../credentials/credential-text.ts";
import { earlySince } from "../ledger/under-way.ts";
import { about, advised, facts, iso, type TenantRotation, UNTENDED } from "./alert-parts.ts";
import { type Advised, withOptions } from "./refusal-advice.ts";

/** What to do where a person made a version current before Auth0 was told of it: one of both. */
export function earlySteps(advised: Advised, version: string): string[] {
  return [
    withOptions("Forward, as soon as may be: have Auth0 told of it: npx curfew rotate", advised),
    `Back, to the version under AWSPREVIOUS (FORMER): aws secretsmanager update-secret-version-stage --secret-id ${advised.secret} --version-stage AWSCURRENT --move-to-version-id FORMER --remove-from-version-id ${version}`,
  ];
}

/** That whoever reads AWSCURRENT is refused, because a person moved it before Auth0 was told. */
export function earlyAlerts(rotation: TenantRotation, rules: Pick<AlertRules, "owners">): Alert[] {
  const { tenant, record, isTended } = rotation;
  const { clientId, underWay, held } = record;
  const since = earlySince(record);
  if (!underWay || since === undefined) return [];
  return [
    {
      ...about(tenant, rules),
      id: alertId("rotation", "current-too-early", tenant, clientId, underWay.version, since),
      severity: "high",
      title: `${tenant}: AWSCURRENT holds a credential of ${clientText(clientId)} that Auth0 was not told of`,
      text: `Somebody made the new version current during its rotation. Unless Auth0 was told of it by hand, whoever reads AWSCURRENT alone is refused; applications that follow docs/consuming-secrets.md fall back on AWSPREVIOUS. ${whoGoesOn(rotation)}`,
      facts: [
        ...facts(tenant, record),
        { label: "Version", value: underWay.version },
        { label: "Seen since", value: moment(iso(since)) },
        ...(held ? [{ label: "Held", value: harmless(held.message, 300) }] : []),
      ],
      steps: [
        ...(isTended ? [] : [UNTENDED.step]),
        ...earlySteps(advised(tenant, record), underWay.version),
        `How it stands: npx curfew rotate status --tenant ${tenant}`,
        "More: docs/runbook.md#current-too-early",
      ],
      at: iso(since),
    },
  ];
}

function whoGoesOn({ record: { held }, isTended }: TenantRotation): string {
  if (!isTended) return `${UNTENDED.text} So none sees either whether the label was moved back since.`;
  return held
    ? "The rotation is held, so no audit tells Auth0."
    : "An audit tells Auth0 only where the credential is rotate: auto or a person asked for the version.";
}
