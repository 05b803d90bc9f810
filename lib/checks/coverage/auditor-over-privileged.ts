import type { Resource } from "../../model/resource.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { AUTH0_MANAGEMENT_TOKENS } from "../grant-references.ts";
import { isWriteScope, mentionScopes } from "../grant-scopes.ts";
import { type Failure, fail, notReported, pass, unknown } from "../outcome.ts";

export default defineCheck({
  id: "coverage.auditor.over-privileged",
  title: "Curfew's own application may do more than it has to",
  why: "The auditor's secret is in use on every schedule. An auditor that can only read is a poor prize; one that may write, or read the secrets of others, makes the audit itself the way in.",
  remediation: {
    summary:
      "Take every scope from the auditor that does not begin with read:, and read:client_keys; keep read:client_credentials only for the checks of registered keys.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the auditor > permissions.",
    api: "PATCH /api/v2/client-grants/{id} with the complete list of scopes",
  },
  references: [
    AUTH0_MANAGEMENT_TOKENS,
    {
      title: "NIST SP 800-53 Rev. 5, AC-6: least privilege",
      url: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    },
  ],
  fix: "no",
  needs: [],
  unit: null,
  variants: {
    writes: "it holds a scope that does not begin with read:",
    clientKeys: "it holds read:client_keys, with which Auth0 returns the secrets of applications",
    clientCredentials:
      "it holds read:client_credentials: the checks of registered keys need it, and Auth0 would return secrets for it too if asked",
  },
  // About Curfew and not about Auth0: no default of a tenant excuses it.
  limits: {
    baseline: { writes: "high", clientKeys: "high", clientCredentials: "info" },
    strict: { writes: "high", clientKeys: "high", clientCredentials: "info" },
    "auth0-default": { writes: "high", clientKeys: "high", clientCredentials: "info" },
  },
  *evaluate(_sections, severities, { auditor }) {
    const resource: Resource = { type: "client", id: auditor.clientId, name: null };
    if (auditor.scopes === undefined) {
      yield unknown(resource, notReported("Auth0 does not say which scopes the auditor's token holds"));
      return;
    }
    // One finding for each kind of excess and not for each scope: it stays the same finding until all are gone,
    // and an auditor that was granted everything is told once.
    const excess = excessOf(auditor.scopes);
    for (const kind of ["writes", "clientKeys", "clientCredentials"] as const) {
      const severity = severities[kind];
      if (severity !== undefined) yield judgeKind(kind, excess[kind], { resource, severity });
    }
  },
});

type Kind = "writes" | "clientKeys" | "clientCredentials";

/** The scopes of each kind that the auditor should not hold, or need not. */
function excessOf(scopes: ReadonlySet<string>): Record<Kind, string[]> {
  const held = (scope: string): string[] => (scopes.has(scope) ? [scope] : []);
  return {
    writes: [...scopes].filter(isWriteScope),
    clientKeys: held("read:client_keys"),
    clientCredentials: held("read:client_credentials"),
  };
}

const judgeKind = (kind: Kind, scopes: string[], { resource, severity }: { resource: Resource; severity: Severity }) =>
  scopes.length === 0 ? pass(resource, kind) : fail(resource, describe(kind, scopes, severity), kind);

function describe(kind: Kind, scopes: string[], severity: Severity): Failure {
  const messages: Record<Kind, string> = {
    writes: `The auditor may change the tenant: it holds ${mentionScopes(scopes)}.`,
    clientKeys: "The auditor holds read:client_keys, with which it could read the secrets of applications.",
    clientCredentials:
      "The auditor holds read:client_credentials, which the checks of registered keys need and which could reveal secrets too.",
  };
  return { severity, message: messages[kind] };
}
