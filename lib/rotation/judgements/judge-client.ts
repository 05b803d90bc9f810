import type { RotationSettings } from "../parts.ts";
import type { RotatedClient } from "../ports.ts";
import type { Refused } from "../refusal.ts";

/** What of the settings decides whether a client may be rotated. */
export type ClientRules = Pick<RotationSettings, "clientId" | "kind" | "allowHs256">;

/**
 * Whether this client's credential may be rotated at all, as Auth0 describes the client and the configuration wants it.
 *
 * Sources: Auth0's documentation on rotating secrets (never the global client's; HS256 signs ID tokens with it), and
 * its OpenAPI document: a client authenticates with a secret or with registered keys, or by mTLS, with one of them only;
 * `jwt_configuration.alg` is HS256 by default.
 *
 * @param client undefined when it is gone
 * @returns the first reason against it; undefined when there is none
 */
export function judgeClient(client: RotatedClient | undefined, rules: ClientRules): Refused | undefined {
  const { clientId } = rules;
  if (!client) {
    const message = `The application ${clientId} does not exist any more; take its credential out of the configuration.`;
    return { refusal: "client-gone", message };
  }
  if (client.isGlobal) {
    const message = `${clientId} is the tenant's global client, whose secret is never rotated; take it out of the configuration.`;
    return { refusal: "global-client", message };
  }
  return rules.kind === "client-secret" ? judgeSecretClient(client, rules) : judgeKeyClient(client, rules);
}

function judgeSecretClient(client: RotatedClient, { clientId, allowHs256 }: ClientRules): Refused | undefined {
  if (client.attachedKeys !== undefined) {
    const message = `The application ${clientId} authenticates with registered keys, but the configuration says client-secret; say private-key there.`;
    return { refusal: "kind-mismatch", message };
  }
  if (client.usesMtls) {
    const message = `The application ${clientId} authenticates with a certificate (mTLS), but the configuration says client-secret; nobody uses its secret. Take its credential out of the configuration.`;
    return { refusal: "kind-mismatch", message };
  }
  if (isPublic(client)) {
    const message = `The application ${clientId} is a public client: nobody can keep its secret, so there is nothing to rotate.`;
    return { refusal: "public-client", message };
  }
  if (allowHs256) return undefined;
  if (client.idTokenAlgorithm === "HS256") {
    const message = `The ID tokens of ${clientId} are signed with its secret (HS256), and rotating it breaks whoever verifies them; switch it to RS256, or set allowHs256.`;
    return { refusal: "hs256-client", message };
  }
  if (client.idTokenAlgorithm === undefined && getsIdTokens(client)) {
    const message = `Auth0 does not say how the ID tokens of ${clientId} are signed, and HS256, which signs them with its secret, is the documented default; set RS256 for it, or set allowHs256.`;
    return { refusal: "hs256-client", message };
  }
  return undefined;
}

/** ID tokens tell of a user: an application that logs in for itself alone gets none. Unknown grant types: it may. */
const getsIdTokens = ({ grantTypes }: RotatedClient): boolean =>
  grantTypes === undefined || grantTypes.some((grant) => grant !== "client_credentials");

function judgeKeyClient(client: RotatedClient, { clientId }: ClientRules): Refused | undefined {
  if (client.attachedKeys !== undefined) return undefined;
  const message = `The application ${clientId} does not authenticate with private_key_jwt, but the configuration says private-key; Curfew never switches the method.`;
  return { refusal: "kind-mismatch", message };
}

/** Both kinds of apps run where their secret can be read. Source: Auth0 documentation, "Application Types". */
const PUBLIC_APPS: readonly (string | undefined)[] = ["spa", "native"];

const isPublic = ({ tokenEndpointAuthMethod, appType }: RotatedClient): boolean =>
  tokenEndpointAuthMethod === "none" || PUBLIC_APPS.includes(appType);
