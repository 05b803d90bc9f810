import { runCase, type Scenario } from "../../revocation/world/contain-case.ts";
import type { Matrix } from "../matrix.ts";
import { scenarioOf } from "./scenario-of.ts";

/** Grants of every sort: with organizations, with more scopes than a line holds, with all scopes, and one of Auth0's own. */
const GRANTS: Scenario["grants"] = [
  { audience: "https://orders", organizationUsage: "require", organizations: ["org_1", "org_2"] },
  { audience: "https://stock", scopes: Array.from({ length: 40 }, (_, index) => `read:things-${index}`) },
  {
    ...{ audience: "https://own", scopes: [], allowsAllScopes: true, subjectType: undefined },
    authorizationDetailsTypes: ["payment"],
  },
  { audience: "https://acme.eu.auth0.com/me/", isSystem: true },
];

const toolPutsBack: NonNullable<Scenario["tool"]> = (tenant) => {
  tenant.setGrantTypes(["client_credentials", "refresh_token"]);
  tenant.createGrant({ ...ORDERS, scopes: ["read:orders", "delete:orders"] });
};

const PUT_BACK = ["client_credentials of job", "(https[:]//orders)"];

const ORDERS = {
  ...{ audience: "https://orders", allowsAllScopes: undefined, subjectType: "client", organizations: [] },
  ...{ organizationUsage: undefined, allowsAnyOrganization: undefined, isSystem: false },
};

/** Leaks of which each asks something else of containment; by name, so that a case can be written down. */
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "a secret, and a tool that puts back": { grants: GRANTS, tool: toolPutsBack, putBack: PUT_BACK },
  "a key of two, and a network ACL": {
    client: { attachedKeys: ["cred_1", "cred_2"] },
    leakedKey: "old",
    grants: GRANTS.slice(0, 1),
    egress: ["203.0.113.7/32"],
    tool: (tenant) => {
      if (tenant.client) tenant.client = { ...tenant.client, attachedKeys: ["cred_1", "cred_2"] };
      tenant.acls.splice(0);
    },
    putBack: ["the key old of job", "the network ACL of this incident is gone"],
  },
  "a grant that comes while others go": {
    grants: GRANTS.slice(0, 2),
    beside: {
      call: "tenant.deleteGrant",
      change: (tenant) => {
        tenant.setGrantTypes(["client_credentials", "refresh_token"]);
        tenant.createGrant({ ...ORDERS, scopes: ["delete:orders"] });
      },
    },
  },
  "a grant that is planted where there were none": { tool: toolPutsBack, putBack: PUT_BACK },
  "a drill": { grants: GRANTS, egress: ["203.0.113.7/32"], drill: true },
  "a secret, and nobody hears": { grants: GRANTS, isMute: true },
};

/** A leak is contained and watched, and something else puts back what was taken away. */
export const CONTAINMENT: Matrix = {
  name: "containment",
  scenarios: Object.keys(SCENARIOS),
  noted: "paged",
  outages: ["table.*", "tenant.*"],
  async run(one) {
    const { faults, outage } = one;
    const result = await runCase(scenarioOf(SCENARIOS, one), { faults, ...(outage ? { outage } : {}) });
    return { ...result, isNoted: result.wasPaged };
  },
};
