import { createHash, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { calculateJwkThumbprint, type JWK } from "jose";
import type { CredentialRecord } from "./records.ts";

/** What registering a key takes. */
export interface CredentialFields {
  credential_type: "public_key" | "x509_cert" | "cert_subject_dn";
  name?: string | undefined;
  /** A public key or a certificate, PEM. */
  pem?: string | undefined;
  subject_dn?: string | undefined;
  alg?: "RS256" | "RS384" | "PS256" | undefined;
  /** The key's JWK thumbprint when left out. */
  kid?: string | undefined;
  parse_expiry_from_cert?: boolean | undefined;
  /** ISO 8601 */
  expires_at?: string | null | undefined;
}

/**
 * Makes a registered key. Each kind has the fields that recorded answers show: public keys `kid` and `alg`,
 * certificates a thumbprint and their own expiry, subject names neither.
 *
 * @param now milliseconds since the Unix epoch
 * @returns undefined when `pem` cannot be read
 */
export async function newCredential(
  fields: CredentialFields,
  id: string,
  now: number,
): Promise<CredentialRecord | undefined> {
  const at = new Date(now).toISOString();
  const dates = { created_at: at, updated_at: at };
  const common = {
    id,
    credential_type: fields.credential_type,
    ...(fields.name === undefined ? {} : { name: fields.name }),
  };
  const certificate = readCertificate(fields.pem);
  if (fields.credential_type === "cert_subject_dn") {
    const subject = fields.subject_dn ?? certificate?.subject;
    return subject === undefined ? undefined : { ...common, subject_dn: subject, ...dates };
  }
  if (fields.credential_type === "x509_cert") {
    if (!certificate || fields.pem === undefined) return undefined;
    const thumbprint = createHash("sha256").update(certificate.raw).digest("base64url");
    return { ...common, thumbprint_sha256: thumbprint, ...dates, expires_at: expiryOf(certificate), pem: fields.pem };
  }
  const key = readPublicKey(fields.pem);
  if (!key || fields.pem === undefined) return undefined;
  const kid = fields.kid ?? (await calculateJwkThumbprint(key.export({ format: "jwk" }) as JWK));
  const parsed = fields.parse_expiry_from_cert && certificate ? expiryOf(certificate) : undefined;
  const expiry = fields.expires_at === null ? null : normalDate(fields.expires_at ?? parsed);
  const expires = expiry === undefined ? {} : { expires_at: expiry };
  return { ...common, kid, alg: fields.alg ?? "RS256", ...dates, ...expires, pem: fields.pem };
}

/** The public key in a PEM text, be it a key or a certificate. */
export function readPublicKey(pem: string | undefined): KeyObject | undefined {
  if (pem === undefined) return undefined;
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "rsa" ? key : undefined;
  } catch {
    return undefined;
  }
}

function readCertificate(pem: string | undefined): X509Certificate | undefined {
  if (!pem?.includes("BEGIN CERTIFICATE")) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

const expiryOf = (certificate: X509Certificate) => new Date(certificate.validTo).toISOString();

const normalDate = (text: string | undefined) => (text === undefined ? undefined : new Date(text).toISOString());
