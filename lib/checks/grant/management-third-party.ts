import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { type ClientIndex, clientOf, indexClients, type JudgedGrant, judgeManagementGrants } from "../grant-judging.ts";
import { AUTH0_THIRD_PARTY, AUTH0_THIRD_PARTY_ACCESS } from "../grant-references.ts";
import { THIRD_PARTY_DEFAULT } from "../grant-resource.ts";
import { fail, type Outcome, pass, undocumented, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { mentionClient } from "../resources.ts";

export default defineCheck({
  id: "grant.management.third-party",
  title: "An application of somebody else may use the Management API",
  why: "A third-party application belongs to another organization: you control neither its code nor where its credentials are kept. With a grant for the Management API its owner, or whoever breaks in there, administers your tenant. A default grant gives that to every third-party application at once, self-registered ones included.",
  remediation: {
    summary: "Delete the grant; offer third parties an API of your own that does what they need and no more.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the application > unauthorize.",
    api: "DELETE /api/v2/client-grants/{id}",
  },
  references: [AUTH0_THIRD_PARTY, AUTH0_THIRD_PARTY_ACCESS, asvsOauth("10.4.11")],
  fix: "guarded",
  needs: ["clientGrants", "clients"],
  unit: null,
  limits: { baseline: "critical", strict: "critical", "auth0-default": "critical" },
  *evaluate({ clientGrants, clients }, severity, { domain }) {
    const index = indexClients(clients);
    yield* judgeManagementGrants(clientGrants, domain, (judged) => judgeParty(judged, index, severity));
  },
});

function judgeParty({ grant, resource }: JudgedGrant, clients: ClientIndex, severity: Severity): Outcome {
  const group = grant.default_for;
  if (group === THIRD_PARTY_DEFAULT) {
    return fail(resource, {
      severity,
      message: "Every third-party application may use the Management API by default.",
    });
  }
  if (isUnreadable(group)) return unknown(resource, unreadable("default_for", group));
  if (group !== undefined) return unknown(resource, undocumented("default_for"));
  const client = clientOf(grant, clients);
  if ("missing" in client) return unknown(resource, client.missing);
  // Absent means true, Auth0's default.
  const own = client.is_first_party;
  if (isUnreadable(own)) return unknown(resource, unreadable("is_first_party", own));
  if (own !== false) return pass(resource);
  return fail(resource, {
    severity,
    message: `The third-party application ${mentionClient(client)} may use the Management API.`,
  });
}
