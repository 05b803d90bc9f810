import { type AnswerScenario, runAnswer } from "../../revocation/world/answer-case.ts";
import type { WorldTenant } from "../../revocation/world/tenant.ts";
import type { Matrix } from "../matrix.ts";
import { scenarioOf } from "./scenario-of.ts";

const GRANTS: AnswerScenario["grants"] = [
  { audience: "https://orders", organizationUsage: "require", organizations: ["org_1", "org_2"] },
  { audience: "https://stock", scopes: ["read:stock", "write:stock"] },
  { audience: "https://own", scopes: [], allowsAllScopes: true, subjectType: undefined },
];

/** Somebody restores by hand what they know: more than was approved, and what nobody approved; and opens the lock. */
const widen = (tenant: WorldTenant): void => {
  tenant.setGrantTypes(["client_credentials", "refresh_token"]);
  const other = { allowsAllScopes: undefined, organizationUsage: undefined, allowsAnyOrganization: undefined };
  for (const audience of ["https://stock", "https://planted"]) {
    tenant.createGrant({
      ...{ audience, subjectType: "client", scopes: ["read:stock", "delete:stock"] },
      ...{ ...other, isSystem: false, organizations: [] },
    });
  }
};

/** What was approved, of each kind, and what comes between. */
const SCENARIOS: Readonly<Record<string, AnswerScenario>> = {
  "giving back grants, organizations and the network": {
    step: "restore",
    grants: GRANTS,
    egress: ["203.0.113.7/32"],
  },
  "giving back while a tool gives more": { step: "restore", grants: GRANTS.slice(0, 2), meanwhile: widen },
  "revoking the key that is the current one": { step: "key-revocation", grants: GRANTS.slice(1, 2) },
  "revoking a key whose tokens are still accepted": {
    step: "key-revocation",
    grants: GRANTS.slice(1, 2),
    meanwhile: (tenant: WorldTenant) => {
      tenant.endsTokens = false;
    },
  },
  "a drill of giving back": { step: "restore", grants: GRANTS, egress: ["203.0.113.7/32"], drill: true },
  "a drill of revoking a key": { step: "key-revocation", grants: GRANTS.slice(1, 2), drill: true },
};

/** What two people agreed to is done: access is given back, or a signing key is revoked. */
export const ANSWERS: Matrix = {
  name: "answers",
  scenarios: Object.keys(SCENARIOS),
  outages: ["table.*", "tenant.*"],
  run: (one) => runAnswer(scenarioOf(SCENARIOS, one), one),
};
