import { expect, test } from "vitest";
import { LINK_TEMPLATES } from "../../lib/auth0/resources/email-template.ts";
import type { Check } from "../../lib/checks/define-check.ts";
import type { ProfileName } from "../../lib/checks/limits.ts";
import type { Sections } from "../../lib/inventory/inventory.ts";
import {
  aManagementApi,
  anEmailTemplate,
  aRefreshClient,
  aResourceServer,
  NEVER_ENDING,
  someTenantSettings,
} from "../support/inventory.ts";
import { evaluateCheck } from "./evaluate-check.ts";
import { REVIEWED_CHECKS } from "./reviewed-checks.ts";

/** A tenant in which nobody changed anything, with an API and an application of each kind. */
const NEW_TENANT: Partial<Sections> = {
  tenantSettings: someTenantSettings(),
  clients: [
    aRefreshClient(NEVER_ENDING, { client_id: "web", app_type: "regular_web" }),
    aRefreshClient(NEVER_ENDING, { client_id: "spa", app_type: "spa" }),
  ],
  resourceServers: [aManagementApi(), aResourceServer({ allow_offline_access: true })],
  emailTemplates: LINK_TEMPLATES.map((template) => anEmailTemplate(template)),
};

function findingsOf(profile: ProfileName): string[] {
  const checks = REVIEWED_CHECKS.filter(
    ({ needs }) => needs.length > 0 && needs.every((section) => section in NEW_TENANT),
  );
  return checks.flatMap((check) =>
    evaluateCheck(check, NEW_TENANT, profile).flatMap((outcome) =>
      outcome.verdict === "fail" ? `${check.id} ${outcome.severity} ${outcome.resource.id}` : [],
    ),
  );
}

test("by Auth0's own measure a new tenant has notes and nothing worse", () => {
  const findings = findingsOf("auth0-default");

  expect(findings.length).toBeGreaterThan(0);
  expect(findings.filter((finding) => !finding.includes(" info "))).toEqual([]);
});

test("the baseline tells a new tenant what Auth0 leaves open", () => {
  expect(findingsOf("baseline")).toEqual([
    "expiry.api.management-token-lifetime low api-management",
    "expiry.email.link-lifetime medium reset_email",
    "expiry.refresh.idle-never medium web",
    "expiry.refresh.idle-never medium spa",
    "expiry.refresh.never-expires high web",
    "expiry.refresh.never-expires high spa",
    "expiry.refresh.not-rotating low web",
    "expiry.refresh.not-rotating high spa",
    "expiry.refresh.outlives-session info acme.eu.auth0.com",
    "expiry.session.persistent-cookie info acme.eu.auth0.com",
    "grant.api.user-policy-open medium api-1",
    "grant.tenant.refresh-revocation-keeps-grant info acme.eu.auth0.com",
  ]);
});

/** The yes-or-no questions to which a tenant, application, API or key that nobody changed answers badly. */
const TRUE_OF_WHAT_IS_NEW = [
  "credential.client-key.no-expiry",
  "expiry.refresh.idle-never",
  "expiry.refresh.never-expires default",
  "expiry.refresh.never-expires withoutOfflineAccess",
  "expiry.refresh.not-rotating confidential",
  "expiry.refresh.not-rotating public",
  "grant.api.user-policy-open",
  "grant.client.legacy-flow implicit",
  "grant.management.no-ip-allowlist",
  "grant.management.user-access",
];

test("by Auth0's own measure no other yes-or-no question is less grave than by the baseline", () => {
  const questions = REVIEWED_CHECKS.filter(({ unit }) => unit === null);
  const milder = questions.flatMap((check) => {
    const own = severitiesOf(check, "auth0-default");
    return severitiesOf(check, "baseline").flatMap(([name, severity], index) =>
      own[index]?.[1] === severity ? [] : `${check.id} ${name}`.trim(),
    );
  });

  expect(milder.toSorted()).toEqual(TRUE_OF_WHAT_IS_NEW);
});

/** Each question of a check, without a name where there is but one, and how grave its answer is. */
function severitiesOf({ limits }: Check, profile: ProfileName): [name: string, severity: unknown][] {
  const declared = limits[profile];
  return typeof declared === "string" ? [["", declared]] : Object.entries(declared).toSorted();
}
