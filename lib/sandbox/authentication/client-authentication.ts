import type { SandboxRequest, SandboxResponse } from "../http/message.ts";
import type { ClientRecord } from "../state/records.ts";
import { acceptedSecrets } from "../state/secret-history.ts";
import type { TenantContext } from "../tenant-context.ts";
import { ASSERTION_TYPE, assertionSubject, checkAssertion } from "./client-assertion.ts";
import { type Parameters, readBasic } from "./form.ts";
import { oauthError, unauthorized } from "./oauth-error.ts";

/** What came out of a client's attempt to prove who it is. */
export type ClientVerdict =
  | { kind: "authenticated"; client: ClientRecord; public: boolean }
  | { kind: "refused"; client: ClientRecord | undefined; response: SandboxResponse };

/**
 * Authenticates a client with the one method it is set to: a registered key, its secret in the body or by
 * HTTP Basic, or nothing at all for a public client.
 */
export async function authenticateClient(
  context: TenantContext,
  request: SandboxRequest,
  parameters: Parameters,
): Promise<ClientVerdict> {
  const basic = readBasic(request);
  const assertion = parameters.get("client_assertion");
  const clientId = parameters.get("client_id") ?? basic?.clientId ?? assertionSubject(assertion) ?? "";
  const client = context.state.clients.get(clientId);
  if (!client) return { kind: "refused", client, response: unauthorized() };
  if (client.client_authentication_methods) return byKey(context, client, parameters);
  if (isPublic(client)) return { kind: "authenticated", client, public: true };
  const secret =
    client.token_endpoint_auth_method === "client_secret_basic" ? basic?.secret : parameters.get("client_secret");
  if (secret !== undefined && isSecret(context, client, secret))
    return { kind: "authenticated", client, public: false };
  return { kind: "refused", client, response: unauthorized() };
}

/** A client that has no secret to keep. */
function isPublic(client: ClientRecord): boolean {
  if (client.token_endpoint_auth_method !== undefined) return client.token_endpoint_auth_method === "none";
  return client.app_type === "spa" || client.app_type === "native";
}

async function byKey(context: TenantContext, client: ClientRecord, parameters: Parameters): Promise<ClientVerdict> {
  const assertion = parameters.get("client_assertion");
  if (parameters.get("client_assertion_type") !== ASSERTION_TYPE || assertion === undefined) {
    return { kind: "refused", client, response: unauthorized() };
  }
  const problem = await checkAssertion(context, client, assertion);
  if (problem === undefined) return { kind: "authenticated", client, public: false };
  return { kind: "refused", client, response: oauthError(401, "invalid_client", problem) };
}

function isSecret(context: TenantContext, client: ClientRecord, secret: string): boolean {
  const { clock, state, text } = context;
  const current = client.client_secret;
  if (current === undefined) return false;
  const { secretHistory, propagation } = state;
  return acceptedSecrets(secretHistory, client.client_id, current, propagation, clock.now(), text.number).includes(
    secret,
  );
}
