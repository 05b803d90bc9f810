import type { Client } from "../../auth0/resources/client.ts";
import { isUnreadable, type Reported, type Unreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { AUTH0_SIGNING_ALGORITHMS, asvsTokens } from "../key-references.ts";
import { fail, type Outcome, pass, unknown, unreadable } from "../outcome.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "secret.client.hs256",
  title: "ID tokens of an application are signed with its secret",
  why: "With HS256 the secret that checks an ID token can also write one: whoever verifies can forge, and a leaked secret makes everybody anybody. The secret also cannot be rotated without breaking every verifier at once.",
  remediation: {
    summary:
      "Switch the application's signing algorithm to RS256 together with whatever verifies its ID tokens, then rotate the secret.",
    dashboard:
      "Applications > Applications > the application > Settings > Advanced Settings > OAuth > JsonWebToken Signature Algorithm.",
    api: 'PATCH /api/v2/clients/{id} with { "jwt_configuration": { "alg": "RS256" } }',
  },
  references: [
    {
      title: "Auth0: Change Application Signing Algorithms",
      url: "https://auth0.com/docs/get-started/applications/change-application-signing-algorithms",
    },
    AUTH0_SIGNING_ALGORITHMS,
    asvsTokens("9.1.2"),
  ],
  fix: "guarded",
  // Also of applications that authenticate otherwise: what signs their ID tokens is their secret all the same.
  needs: ["clients"],
  unit: null,
  // Auth0 gives new applications RS256 (all recorded answers; its schema still names HS256): this is somebody's doing.
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate({ clients }, severity) {
    for (const client of clients) {
      const obtains = obtainsIdTokens(client);
      if (obtains !== false) yield judgeAlgorithm(client, obtains, severity);
    }
  },
});

function judgeAlgorithm(client: Client, obtains: true | Unreadable, severity: Severity): Outcome {
  const resource = clientResource(client);
  const { field, value: algorithm } = signingAlgorithm(client);
  if (isUnreadable(algorithm)) return unknown(resource, unreadable(field, algorithm));
  if (algorithm !== "HS256") return pass(resource);
  if (isUnreadable(obtains)) return unknown(resource, unreadable("grant_types", obtains));
  const message = "ID tokens are signed with HS256: the application's secret signs what it is meant to verify.";
  return fail(resource, { severity, message });
}

/** Grant types in which no person logs in, and so no ID token is issued. */
const WITHOUT_ID_TOKENS: ReadonlySet<string> = new Set([
  "client_credentials",
  // Yields another provider's access token. Source: Auth0 documentation, "Token Vault".
  "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token",
]);

/** A grant type that this list does not know counts as one for people: a new one is more likely to be. */
function obtainsIdTokens({ global, grant_types: grants }: Client): boolean | Unreadable {
  if (global === true || grants === undefined) return false;
  if (isUnreadable(grants)) return grants;
  return grants.some((grant) => !WITHOUT_ID_TOKENS.has(grant));
}

/** Absent is not HS256: real answers leave the algorithm out of applications that use RS256. */
function signingAlgorithm({ jwt_configuration: configuration }: Client): { field: string; value: Reported<string> } {
  if (isUnreadable(configuration)) return { field: "jwt_configuration", value: configuration };
  return { field: "jwt_configuration.alg", value: configuration?.alg };
}
