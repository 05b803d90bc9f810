import type { Client } from "../../auth0/resources/client.ts";
import { isUnreadable } from "../../model/reported.ts";
import { isAtLeast, type Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { grantUse } from "../grant-types.ts";
import { fail, type Outcome, pass, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { clientResource } from "../resources.ts";

/** The grant types in question. `password-realm` is Auth0's own extension of the password grant. */
const FLOWS = {
  implicit: ["implicit"],
  password: ["password", "http://auth0.com/oauth/grant-type/password-realm"],
} as const;

type Flow = keyof typeof FLOWS;

export default defineCheck({
  id: "grant.client.legacy-flow",
  title: "An application may use a flow that must no longer be used",
  why: "The implicit flow sends tokens through the browser's address bar, where history, extensions and scripts can read them. The password grant hands people's passwords to the application itself, past multi-factor authentication and single sign-on. OAuth's security rules forbid both.",
  remediation: {
    summary:
      "Move the application to the authorization code flow with PKCE and then take these grant types away from it.",
    dashboard: "Applications > Applications > the application > Settings > Advanced Settings > Grant Types.",
    api: 'PATCH /api/v2/clients/{id} with { "grant_types": ["authorization_code"] } (the complete list that remains)',
  },
  references: [
    {
      title: "Auth0: Application Grant Types",
      url: "https://auth0.com/docs/get-started/applications/application-grant-types",
    },
    asvsOauth("10.4.4"),
    { title: "RFC 9700, 2.1.2: implicit grant", url: "https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2" },
    {
      title: "RFC 9700, 2.4: resource owner password credentials grant",
      url: "https://www.rfc-editor.org/rfc/rfc9700#section-2.4",
    },
  ],
  fix: "guarded",
  needs: ["clients"],
  unit: null,
  variants: {
    implicit: "the application may use the implicit flow",
    password: "the application may use the password grant, with or without a realm",
  },
  // Recorded applications that were created without grant types may use the implicit flow, so by Auth0's own
  // default that is a note. The password grant has to be chosen.
  limits: {
    baseline: { implicit: "high", password: "high" },
    strict: { implicit: "high", password: "high" },
    "auth0-default": { implicit: "info", password: "high" },
  },
  *evaluate({ clients }, limits) {
    for (const client of clients) {
      // The global client stands for the tenant itself and obtains no tokens.
      if (client.global === true) continue;
      const outcome = judgeFlows(client, limits);
      if (outcome) yield outcome;
    }
  },
});

/** One finding an application, of the worst severity in force; its message names every flow that is judged. */
function judgeFlows(client: Client, limits: { readonly [F in Flow]?: Severity }): Outcome | undefined {
  const resource = clientResource(client);
  const { grant_types: types } = client;
  if (isUnreadable(types)) return unknown(resource, unreadable("grant_types", types));
  const judged = flowsIn(limits);
  if (judged.length === 0) return undefined;
  const found = judged
    .map(({ flow, severity }) => ({ severity, types: FLOWS[flow].filter((type) => grantUse(client, type) === "yes") }))
    .filter(({ types: used }) => used.length > 0);
  if (found.length === 0) return pass(resource);
  const severity = found.map((entry) => entry.severity).reduce((a, b) => (isAtLeast(a, b) ? a : b));
  const names = found.flatMap((entry) => entry.types).join(", ");
  return fail(resource, { severity, message: `The application may use flows that must no longer be used: ${names}.` });
}

const flowsIn = (limits: { readonly [F in Flow]?: Severity }): { flow: Flow; severity: Severity }[] =>
  (["implicit", "password"] as const).flatMap((flow) => {
    const severity = limits[flow];
    return severity === undefined ? [] : [{ flow, severity }];
  });
