import { Secret } from "../../model/secret.ts";
import type { CredentialKind } from "../../rotation/ledger/target.ts";

/** Flat JSON with texts only, as docs/rotation.md documents it: every tool can read it. */
export function payloadOf(domain: string, clientId: string, kind: CredentialKind, credential: Secret): Secret {
  const field = kind === "client-secret" ? "clientSecret" : "privateKeyJwk";
  return new Secret(JSON.stringify({ domain, clientId, [field]: credential.reveal() }));
}
