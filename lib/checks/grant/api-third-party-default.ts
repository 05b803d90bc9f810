import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { type JudgedGrant, judgeApiGrants } from "../grant-judging.ts";
import { AUTH0_CLIENT_GRANTS, AUTH0_THIRD_PARTY_ACCESS } from "../grant-references.ts";
import { THIRD_PARTY_DEFAULT } from "../grant-resource.ts";
import { type GrantedScopes, grantedScopes, isWriteScope, mentionScopes } from "../grant-scopes.ts";
import { fail, type Outcome, undocumented, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";

export default defineCheck({
  id: "grant.api.third-party-default",
  title: "Every third-party application may use an API by default",
  why: "A default grant counts for all third-party applications that exist and all that will, without anybody looking at them. Where applications may register themselves, that means anybody. Scopes that change something make it worse.",
  remediation: {
    summary:
      "Delete the default permissions and grant each third-party application what it needs; where a default is wanted, leave only scopes that read.",
    dashboard: "Applications > APIs > the API > Settings > Default Permissions for Third-Party Applications.",
    api: "DELETE /api/v2/client-grants/{id}",
  },
  references: [AUTH0_THIRD_PARTY_ACCESS, AUTH0_CLIENT_GRANTS, asvsOauth("10.4.11")],
  fix: "guarded",
  needs: ["clientGrants"],
  unit: null,
  variants: {
    default: "the grant holds only scopes that begin with read:",
    withWriteScopes: "the grant holds a scope that does not, or all scopes",
  },
  limits: {
    baseline: { default: "medium", withWriteScopes: "high" },
    strict: { default: "medium", withWriteScopes: "high" },
    "auth0-default": { default: "medium", withWriteScopes: "high" },
  },
  *evaluate({ clientGrants }, limits, { domain }) {
    // The Management API is not for third parties at all: grant.management.third-party reports that.
    yield* judgeApiGrants(clientGrants, domain, (judged) => judgeDefault(judged, limits));
  },
});

function judgeDefault(
  { grant, resource }: JudgedGrant,
  limits: { default?: Severity; withWriteScopes?: Severity },
): Outcome | undefined {
  const group = grant.default_for;
  if (group === undefined) return undefined;
  if (isUnreadable(group)) return unknown(resource, unreadable("default_for", group));
  if (group !== THIRD_PARTY_DEFAULT) return unknown(resource, undocumented("default_for"));
  const granted = grantedScopes(grant);
  const writes = describeWrites(granted);
  const severity = writes === undefined ? limits.default : limits.withWriteScopes;
  if (severity === undefined) return undefined;
  const message = `Every third-party application may use the API by default${writes ?? ""}.`;
  return fail(resource, { severity, message });
}

/** Scopes that cannot be read may be write scopes, and the worse severity follows from that. */
function describeWrites({ all, named, unclear }: GrantedScopes): string | undefined {
  if (all) return ", with every scope";
  const writes = [...named].filter(isWriteScope);
  if (writes.length > 0) return `, to write too: ${mentionScopes(writes)}`;
  return unclear === undefined ? undefined : ", with scopes that cannot be read";
}
