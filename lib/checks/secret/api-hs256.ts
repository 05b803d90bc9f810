import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { AUTH0_SIGNING_ALGORITHMS, asvsTokens } from "../key-references.ts";
import { fail, pass, unknown, unreadable } from "../outcome.ts";
import { resourceServerResource } from "../resources.ts";

export default defineCheck({
  id: "secret.api.hs256",
  title: "Access tokens of an API are signed with a shared secret",
  why: "With HS256 every service that checks the API's access tokens holds the secret that makes them, and so can make its own for anybody. Auth0 also returns that secret to whoever may list APIs.",
  remediation: {
    summary:
      "Create the API anew with RS256, or change its algorithm together with every service that verifies its tokens, which then fetches the public key from Auth0.",
    dashboard: "Applications > APIs > the API > Settings > Token Settings > JSON Web Token Signing Algorithm.",
    api: 'PATCH /api/v2/resource-servers/{id} with { "signing_alg": "RS256" }',
  },
  references: [AUTH0_SIGNING_ALGORITHMS, asvsTokens("9.1.2")],
  fix: "no",
  needs: ["resourceServers"],
  unit: null,
  // Auth0 gives new APIs RS256 (all recorded answers; its schema still names HS256): this is somebody's doing.
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate({ resourceServers }, severity) {
    for (const server of resourceServers) {
      const resource = resourceServerResource(server);
      const { signing_alg: algorithm } = server;
      const message = "Access tokens are signed with HS256: every service that verifies them could also make them.";
      if (isUnreadable(algorithm)) yield unknown(resource, unreadable("signing_alg", algorithm));
      // Every recorded API names its algorithm, so an absent one is no sign of HS256.
      else yield algorithm === "HS256" ? fail(resource, { severity, message }) : pass(resource);
    }
  },
});
