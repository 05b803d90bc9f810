import { isUnreadable } from "../../model/reported.ts";
import { type CheckContext, defineCheck } from "../define-check.ts";
import { type JudgedGrant, judgeManagementGrants } from "../grant-judging.ts";
import { AUTH0_CLIENT_GRANTS, AUTH0_MANAGEMENT_TOKENS, RFC_9700_PRIVILEGES } from "../grant-references.ts";
import { historyOf } from "../history-of.ts";
import type { Bands } from "../limits.ts";
import { judgeSilence, UNUSED } from "../log-silence.ts";
import { notReported, type Outcome, unknown, unreadable } from "../outcome.ts";

export default defineCheck({
  id: "grant.management.client-unused",
  title: "An application may use the Management API and does not",
  why: "A grant for the Management API is a way to administer the tenant. Where the application obtained no token for weeks, nobody needs that way, and whoever finds its credential may take it unnoticed.",
  remediation: {
    summary: "Ask who owns the application, and delete the grant when nobody needs it.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the application > unauthorize.",
    api: "DELETE /api/v2/client-grants/{id}",
  },
  references: [AUTH0_CLIENT_GRANTS, AUTH0_MANAGEMENT_TOKENS, RFC_9700_PRIVILEGES],
  fix: "guarded",
  needs: ["clientGrants"],
  needsHistory: true,
  needsLogs: true,
  unit: "seconds",
  limits: { baseline: { high: UNUSED }, strict: { high: UNUSED }, "auth0-default": { high: UNUSED } },
  *evaluate({ clientGrants }, bands, context) {
    yield* judgeManagementGrants(clientGrants, context.domain, (judged) => judgeUse(judged, bands, context));
  },
});

function judgeUse({ grant, resource }: JudgedGrant, bands: Bands, context: CheckContext): Outcome | undefined {
  const { client_id: id, default_for: group } = grant;
  // A default grant belongs to no one application; grant.management.third-party reports it.
  if (group !== undefined && !isUnreadable(group)) return undefined;
  if (isUnreadable(id)) return unknown(resource, unreadable("client_id", id));
  if (id === undefined)
    return unknown(resource, notReported("client_id is missing, so nobody knows whose grant it is"));
  // Curfew's own logins are left out of the log, so their silence means nothing.
  if (historyOf(context).own.has(id)) return undefined;
  return judgeSilence(resource, id, { bands, subject: "The application that holds the grant", context });
}
