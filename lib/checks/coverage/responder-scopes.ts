import type { ClientGrant } from "../../auth0/resources/client-grant.ts";
import { RESPONDER_SCOPES } from "../../auth0/responder-endpoints.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import type { Resource } from "../../model/resource.ts";
import { defineCheck } from "../define-check.ts";
import { AUTH0_MANAGEMENT_TOKENS } from "../grant-references.ts";
import { type GrantedScopes, grantedScopes, mentionScopes } from "../grant-scopes.ts";
import { type Failure, fail, type Outcome, pass, unknown } from "../outcome.ts";

export default defineCheck({
  id: "coverage.responder.scopes",
  title: "The application for emergencies may do less, or more, than an emergency needs",
  why: "A responder that lacks a scope is found out at three in the morning, when a leak cannot be contained. One that holds more is a better prize than it has to be: its secret opens grants, keys and the network of the tenant.",
  remediation: {
    summary: "Grant the responder and its spare exactly the scopes that docs/revocation.md lists.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the responder > permissions.",
    api: "PATCH /api/v2/client-grants/{id} with the complete list of scopes",
  },
  references: [AUTH0_MANAGEMENT_TOKENS],
  fix: "no",
  needs: ["clientGrants"],
  unit: null,
  variants: {
    lacks: "it lacks a scope that containing a leak needs",
    exceeds: "it holds a scope that no emergency needs",
  },
  // About Curfew and not about Auth0: no default of a tenant excuses it.
  limits: {
    baseline: { lacks: "high", exceeds: "high" },
    strict: { lacks: "high", exceeds: "high" },
    "auth0-default": { lacks: "high", exceeds: "high" },
  },
  *evaluate({ clientGrants }, severities, { domain, responders = [] }) {
    for (const clientId of responders) {
      const granted = grantedTo(clientId, clientGrants, managementAudience(domain));
      for (const aspect of ["lacks", "exceeds"] as const) {
        const severity = severities[aspect];
        if (severity !== undefined) yield judge(aspect, granted, { clientId, severity });
      }
    }
  },
});

/** All grants for applications together: Auth0 allows one for an API, and nobody depends on that here. Those for users are another matter. */
function grantedTo(clientId: string, grants: readonly ClientGrant[], audience: string): GrantedScopes {
  const own = grants
    .filter((grant) => grant.client_id === clientId && grant.audience === audience && grant.subject_type !== "user")
    .map(grantedScopes);
  const [unclear] = own.flatMap(({ unclear: why }) => why ?? []).sort((a, b) => (a.detail < b.detail ? -1 : 1));
  return {
    all: own.some(({ all }) => all),
    named: new Set(own.flatMap(({ named }) => [...named]).sort()),
    ...(unclear ? { unclear } : {}),
  };
}

type Aspect = "lacks" | "exceeds";

function judge(
  aspect: Aspect,
  granted: GrantedScopes,
  { clientId, severity }: { clientId: string; severity: Failure["severity"] },
): Outcome {
  const resource: Resource = { type: "client", id: clientId, name: null };
  if (granted.unclear) return unknown(resource, granted.unclear, aspect);
  const message = MESSAGES[aspect](granted);
  return message === undefined ? pass(resource, aspect) : fail(resource, { severity, message }, aspect);
}

const MESSAGES: Readonly<Record<Aspect, (granted: GrantedScopes) => string | undefined>> = {
  lacks: ({ all, named }) => {
    const missing = all ? [] : RESPONDER_SCOPES.filter((scope) => !named.has(scope));
    return missing.length === 0 ? undefined : `An emergency would find it without ${mentionScopes(missing)}.`;
  },
  exceeds: ({ all, named }) => {
    if (all) return "It may do everything that the Management API offers, also in future.";
    const more = [...named].filter((scope) => !RESPONDER_SCOPES.includes(scope));
    return more.length === 0 ? undefined : `It also holds ${mentionScopes(more)}, which no emergency needs.`;
  },
};
