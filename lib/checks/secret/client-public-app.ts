import type { Client } from "../../auth0/resources/client.ts";
import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { fail, type Outcome, pass, unknown, unreadable } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { clientResource } from "../resources.ts";

const WITHOUT = "Set the authentication method to none and use the authorization code flow with PKCE;";

export default defineCheck({
  id: "secret.client.public-app",
  title: "An application that cannot keep a secret authenticates with one",
  why: "What runs in a browser or on somebody's device can be read by whoever owns it. A secret or a key in there is none, but everything that trusts it believes otherwise: Auth0 then treats the application as one that has proved who it is.",
  remediation: {
    summary: `${WITHOUT} rotate or remove what it authenticated with, which has to count as known.`,
    dashboard: "Applications > Applications > the application > Credentials > Authentication Method > None.",
    api: 'PATCH /api/v2/clients/{id} with { "token_endpoint_auth_method": "none" }',
  },
  references: [
    {
      title: "Auth0: Confidential and Public Applications",
      url: "https://auth0.com/docs/get-started/applications/confidential-and-public-applications",
    },
    asvsOauth("10.4.16"),
  ],
  fix: "guarded",
  // The method comes with read:clients, and an application with registered keys has none: no other section is needed.
  needs: ["clients"],
  unit: null,
  // Auth0 creates single-page and native applications without a method or with none: this is somebody's doing.
  limits: { baseline: "medium", strict: "medium", "auth0-default": "medium" },
  *evaluate({ clients }, severity) {
    for (const client of clients) {
      const outcome = judgeMethod(client, severity);
      if (outcome) yield outcome;
    }
  },
});

function judgeMethod(client: Client, severity: Severity): Outcome | undefined {
  const { app_type: type, token_endpoint_auth_method: method } = client;
  const isOdd = isUnreadable(type);
  if (client.global === true || !(isOdd || type === "spa" || type === "native")) return undefined;
  const resource = clientResource(client);
  if (method === undefined || method === "none") return pass(resource);
  if (isOdd) return unknown(resource, unreadable("app_type", type));
  if (isUnreadable(method)) return unknown(resource, unreadable("token_endpoint_auth_method", method));
  const kind = type === "spa" ? "A single-page" : "A native";
  const credential = CREDENTIALS.get(method);
  return fail(resource, {
    severity,
    message: `${kind} application authenticates with ${credential?.name ?? "what only it should have"} (${method}).`,
    ...(credential === undefined ? {} : { remediation: `${WITHOUT} ${credential.afterwards}` }),
  });
}

const SECRET = { name: "a secret", afterwards: "rotate the secret, which has to count as known." };
const PRIVATE_KEY = { name: "a private key", afterwards: "remove the key, which has to count as known." };
const CERTIFICATE = { name: "a certificate", afterwards: "remove the certificate, whose key has to count as known." };

/** What the documented methods authenticate with. Source: OpenID Connect Core 1.0, section 9, and RFC 8705. */
const CREDENTIALS = new Map([
  ["client_secret_post", SECRET],
  ["client_secret_basic", SECRET],
  ["client_secret_jwt", SECRET],
  ["private_key_jwt", PRIVATE_KEY],
  ["tls_client_auth", CERTIFICATE],
  ["self_signed_tls_client_auth", CERTIFICATE],
]);
