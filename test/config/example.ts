import { defineCheck } from "../../lib/checks/define-check.ts";
import type { Limits, ProfileName } from "../../lib/checks/limits.ts";
import { parseConfig } from "../../lib/config/load.ts";
import type { Mistake } from "../../lib/config/mistakes.ts";
import type { Config } from "../../lib/config/schema.ts";
import { days, hours } from "../../lib/model/duration.ts";
import type { Unit } from "../../lib/model/finding.ts";

/** The day on which the tests take place. */
export const TODAY = new Date("2026-11-23T10:00:00Z");

/** A check of which only the limits matter. */
function check<L extends Limits>(id: string, unit: Unit | null, limits: Record<ProfileName, L | "off">) {
  return defineCheck({
    id,
    title: `The title of ${id}`,
    why: `Why ${id} matters.`,
    remediation: { summary: "Mend it.", dashboard: "Settings", api: null },
    references: [],
    fix: "no",
    needs: [],
    unit,
    limits,
    evaluate: () => [],
  });
}

/** One check of each shape that limits can have. */
export const CHECKS = [
  check("expiry.api.access-token-lifetime", "seconds", {
    baseline: { medium: days(1), high: days(6) },
    strict: { medium: hours(1), high: days(1) },
    "auth0-default": { high: days(6) },
  }),
  check("expiry.session.persistent-cookie", null, { baseline: "info", strict: "info", "auth0-default": "off" }),
  check("expiry.session.ephemeral", "seconds", {
    baseline: { absolute: { medium: hours(72) }, idle: { medium: hours(24) } },
    strict: { absolute: { medium: hours(12), high: hours(168) }, idle: { medium: 1800, high: hours(72) } },
    "auth0-default": { absolute: { medium: hours(72) }, idle: { medium: hours(24) } },
  }),
  check("expiry.refresh.not-rotating", null, {
    baseline: { public: "high", confidential: "low" },
    strict: { public: "high", confidential: "low" },
    "auth0-default": { public: "info", confidential: "info" },
  }),
  check("grant.management.scope-count", "count", {
    baseline: { medium: 10 },
    strict: { medium: 10 },
    "auth0-default": "off",
  }),
  check("grant.management.write-scopes", null, { baseline: "high", strict: "high", "auth0-default": "high" }),
  check("coverage.section.unavailable", null, { baseline: "medium", strict: "medium", "auth0-default": "medium" }),
];

/** Every key there is. */
export const FULL = `version: 1
tenants:
  - name: acme-prod
    domain: acme.eu.auth0.com
    origin: http://127.0.0.1:4401
    plan: enterprise
    environment: production
    owner: identity@acme.example
    auditor:
      clientId: abc
      secret: secretsmanager:curfew/acme-prod/auditor
    rotator: { clientId: def, privateKey: secretsmanager:curfew/acme-prod/rotator }
    responder: { clientId: ghi, secret: env:RESPONDER_SECRET }
    spareResponder: { clientId: pqr, secret: env:SPARE_SECRET }
    credentials:
      - clientId: jkl
        kind: client-secret
        secret: apps/checkout/auth0
        maxAge: 90d
        rotate: auto
        consumers: confirmed
        allowHs256: false
      - clientId: mno
        kind: private-key
        secret: apps/billing/auth0
        overlap: 24h
    containment: { networkAcl: { egress: [203.0.113.7/32, "2001:db8::/64"] } }
policy:
  profile: baseline
  checks:
    expiry.api.access-token-lifetime: { medium: 8h, high: 2d }
    expiry.session.persistent-cookie: off
    expiry.session.ephemeral: { idle: { medium: 12h } }
    expiry.refresh.not-rotating: { confidential: off }
    grant.management.scope-count: { medium: 20 }
exceptions:
  - check: grant.management.write-scopes
    tenant: acme-prod
    resource: cgr_abc
    reason: Deploy pipeline, reviewed in SEC-112
    owner: dana@acme.example
    expires: 2027-03-31
schedule: { audit: cron(0 6 * * ? *), timezone: Europe/Berlin }
rotation: { maxPerRun: 4, maxPercentPerRun: 20 }
alerts:
  email: [oncall@acme.example]
  slack: { webhook: secretsmanager:curfew/slack-webhook, minimum: medium }
  digest: { email: [security@acme.example] }
incidents: { requesters: [arn:aws:iam::111122223333:role/oncall], approvers: [arn:aws:iam::111122223333:role/team/lead] }
`;

/** The least there can be. */
export const LEAST = `version: 1
tenants:
  - name: acme
    domain: acme.auth0.com
    auditor: { clientId: abc, secret: env:AUDITOR_SECRET }
`;

/** The mistakes of a text, in the order of the file. */
export function mistakesIn(text: string): readonly Mistake[] {
  return parseConfig(text, { today: TODAY, catalogue: CHECKS }).mistakes ?? [];
}

/** The configuration of a text that must be right. */
export function configOf(text: string): Config {
  const { config, mistakes } = parseConfig(text, { today: TODAY, catalogue: CHECKS });
  if (config) return config;
  throw new Error(`not a valid configuration: ${JSON.stringify(mistakes)}`);
}

/** FULL with one passage replaced; fails when the passage is not there exactly once. */
export function changed(from: string, to: string, text: string = FULL): string {
  if (text.split(from).length !== 2)
    throw new Error(`"${from}" stands ${text.split(from).length - 1} times in the text`);
  return text.replace(from, () => to);
}
