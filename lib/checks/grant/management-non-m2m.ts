import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { type ClientIndex, clientOf, indexClients, type JudgedGrant, judgeManagementGrants } from "../grant-judging.ts";
import { AUTH0_MACHINE_TO_MACHINE, AUTH0_MANAGEMENT_TOKENS } from "../grant-references.ts";
import { fail, type Outcome, pass, undocumented, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { mentionClient } from "../resources.ts";

export default defineCheck({
  id: "grant.management.non-m2m",
  title: "An application that people log in to may use the Management API by itself",
  why: "An application for people stands on the open internet, takes input from strangers and often runs where no secret is safe. If it may also call the Management API in its own name, a fault in it is a way to administer the tenant. That access belongs to a machine-to-machine application in the background.",
  remediation: {
    summary:
      "Move these calls to a machine-to-machine application of their own, behind the application that people use, and delete this grant.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the application > unauthorize.",
    api: "DELETE /api/v2/client-grants/{id}",
  },
  references: [AUTH0_MACHINE_TO_MACHINE, AUTH0_MANAGEMENT_TOKENS, asvsOauth("10.4.11")],
  fix: "guarded",
  needs: ["clientGrants", "clients"],
  unit: null,
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate({ clientGrants, clients }, severity, { domain }) {
    const index = indexClients(clients);
    yield* judgeManagementGrants(clientGrants, domain, (judged) => judgeType(judged, index, severity));
  },
});

function judgeType({ grant, resource }: JudgedGrant, clients: ClientIndex, severity: Severity): Outcome | undefined {
  const { subject_type: subject, default_for: group } = grant;
  // A grant for users is used in a person's name; a default grant belongs to no one application, and
  // grant.management.third-party reports it.
  if (subject === "user" || (group !== undefined && !isUnreadable(group))) return undefined;
  const client = clientOf(grant, clients);
  if ("missing" in client) return unknown(resource, client.missing);
  const type = client.app_type;
  // Auth0 leaves the type out where nobody chose one: then nothing says that people log in to it.
  if (type === undefined || type === "non_interactive") return pass(resource);
  if (isUnreadable(type)) return unknown(resource, unreadable("app_type", type));
  if (isUnreadable(subject)) return unknown(resource, unreadable("subject_type", subject));
  if (subject !== undefined && subject !== "client") return unknown(resource, undocumented("subject_type"));
  const message = `${mentionClient(client)} is not a machine-to-machine application, and may use the Management API in its own name.`;
  return fail(resource, { severity, message });
}
