import type { Login } from "../../../lib/auth0/login.ts";
import { Secret } from "../../../lib/model/secret.ts";
import type { CredentialKind } from "../../../lib/rotation/ledger/target.ts";

/** What a stored secret looks like: the forms that are documented for payloads. */
export const FORMS = ["plain", "text in JSON", "object in JSON"] as const;
export type Form = (typeof FORMS)[number];

/** The payload of a secret, as `curfew rotate adopt` or a person stores it. */
export function payloadOf(kind: CredentialKind, form: Form, credential: string): string {
  if (form === "plain") return credential;
  const fields = { domain: DOMAIN, clientId: CLIENT_ID, note: "kept" };
  if (kind === "client-secret") return JSON.stringify({ ...fields, clientSecret: credential });
  return JSON.stringify({
    ...fields,
    privateKeyJwk: form === "object in JSON" ? (JSON.parse(credential) as unknown) : credential,
  });
}

export const DOMAIN = "acme.eu.auth0.com";
export const CLIENT_ID = "jkl";

const CREDENTIALS = new Map<string, string>();

/** The secret in a payload, or the private key as text. */
export function credentialOf(payload: string): string {
  const known = CREDENTIALS.get(payload);
  if (known !== undefined) return known;
  const credential = read(payload);
  CREDENTIALS.set(payload, credential);
  return credential;
}

function read(payload: string): string {
  if (!payload.startsWith("{")) return payload;
  const fields = JSON.parse(payload) as { clientSecret?: string; privateKeyJwk?: string | object };
  const { clientSecret, privateKeyJwk } = fields;
  if (clientSecret !== undefined) return clientSecret;
  if (privateKeyJwk === undefined) return payload;
  return typeof privateKeyJwk === "string" ? privateKeyJwk : JSON.stringify(privateKeyJwk);
}

const KIDS = new Map<string, string>();

/** Which key a private JSON Web Key claims to be. */
export function kidOf(jwk: string): string {
  const known = KIDS.get(jwk);
  if (known !== undefined) return known;
  const { kid } = JSON.parse(jwk) as { kid: string };
  KIDS.set(jwk, kid);
  return kid;
}

/** What a consumer logs in with, from what it read. */
export function loginOf(kind: CredentialKind, payload: string): Login {
  const credential = new Secret(credentialOf(payload));
  return kind === "client-secret"
    ? { method: kind, clientId: CLIENT_ID, secret: credential }
    : { method: kind, clientId: CLIENT_ID, privateKeyJwk: credential };
}
