import type { Resource } from "../../model/resource.ts";
import { keyUses } from "../client-keys.ts";
import { defineCheck } from "../define-check.ts";
import { fail, pass, unknown } from "../outcome.ts";

export default defineCheck({
  id: "credential.client-key.reused",
  title: "One key both authenticates an application and signs its requests",
  why: "A key that serves two purposes leaks twice as easily, and what is signed for one purpose may be passed off for the other. It also cannot be replaced for one without breaking the other.",
  remediation: {
    summary: "Register a key of its own for signed requests, and let each setting refer to its own key.",
    dashboard:
      "Applications > Applications > the application > Credentials > Available Credentials, and Application Settings > JWT-Secured Authorization Requests.",
    api: 'PATCH /api/v2/clients/{id} with { "signed_request_object": { "credentials": [{ "id": "the other key" }] } }',
  },
  references: [
    {
      title: "Auth0: Generate RSA Key Pair",
      url: "https://auth0.com/docs/secure/application-credentials/generate-rsa-key-pair",
    },
  ],
  fix: "no",
  needs: ["clientAuthentication"],
  unit: null,
  // A new application has no keys at all, so every profile agrees.
  limits: { baseline: "medium", strict: "medium", "auth0-default": "medium" },
  *evaluate({ clientAuthentication }, severity) {
    for (const client of clientAuthentication) {
      const uses = keyUses(client);
      if ("detail" in uses) {
        yield unknown({ type: "client", id: client.client_id, name: null }, uses);
        continue;
      }
      const signing = new Set(uses.get("signed_request_object"));
      for (const id of new Set(uses.get("private_key_jwt"))) {
        const key: Resource = { type: "client-credential", id, name: null, client: client.client_id };
        yield signing.has(id) ? fail(key, { severity, message: REUSED }) : pass(key);
      }
    }
  },
});

const REUSED = "The key is used both to authenticate the application and to sign its authorization requests.";
