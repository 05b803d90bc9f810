import { CurfewError } from "../model/curfew-error.ts";
import { Secret } from "../model/secret.ts";

/** What a payload must hold and belong to. */
export interface Expected {
  kind: "client-secret" | "private-key";
  clientId: string;
  domain: string;
  /** How the configuration names the secret; the only thing that an error may show. */
  reference: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Takes the credential out of a stored secret.
 *
 * A payload is a plain string, or JSON with `clientSecret` or `privateKeyJwk` (an object or its text) and,
 * if wanted, the `domain` and `clientId` it belongs to. A private key may also stand alone as a JSON Web Key.
 *
 * @throws CurfewError `reference-unresolved`. Nothing of the payload is in it, and no cause that could quote it.
 */
export function readPayload(payload: Secret, expected: Expected): Secret {
  const text = payload.reveal().trim();
  if (text.includes("-----BEGIN")) refuse(expected, PEM);
  const fields = text.startsWith("{") ? parseFields(text) : undefined;
  if (text.startsWith("{") && !fields) refuse(expected, "begins like JSON but is not; correct it");
  if (fields) mustAgree(fields, expected);
  return expected.kind === "client-secret" ? clientSecret(text, fields, expected) : privateKey(fields, expected);
}

const PEM =
  "holds a key in PEM form; Curfew reads JSON Web Keys (JWK) only: convert the key and store the JSON in its place";

function clientSecret(text: string, fields: Fields | undefined, expected: Expected): Secret {
  if (!fields) return new Secret(text);
  const secret = fields.clientSecret;
  if (typeof secret === "string" && secret.trim() !== "") return new Secret(secret.trim());
  if (isJwk(fields) || "privateKeyJwk" in fields) {
    refuse(expected, "holds a private key, but the configuration expects a client secret; use privateKey: there");
  }
  return refuse(expected, "is JSON without a text under clientSecret; add it");
}

function privateKey(fields: Fields | undefined, expected: Expected): Secret {
  if (!fields) refuse(expected, "is not a JSON Web Key (JWK); a private key is stored as JSON");
  const jwk = isJwk(fields) ? fields : nestedJwk(fields.privateKeyJwk, expected);
  if (!jwk) {
    const other = "clientSecret" in fields ? "holds a client secret, but the configuration expects a private key" : "";
    refuse(expected, other || "is JSON without a JSON Web Key (JWK) under privateKeyJwk; add it");
  }
  if (typeof jwk.d !== "string" || jwk.d === "") refuse(expected, "holds a public key only; store the private one");
  return new Secret(JSON.stringify(jwk));
}

function nestedJwk(value: unknown, expected: Expected): Fields | undefined {
  if (typeof value === "string" && value.includes("-----BEGIN")) refuse(expected, PEM);
  const fields = typeof value === "string" ? parseFields(value) : value;
  return isFields(fields) && isJwk(fields) ? fields : undefined;
}

/** True when a payload names a domain or a client that is not the one expected; one that names none agrees. */
export function namesAnother(payload: Secret, expected: Pick<Expected, "domain" | "clientId">): boolean {
  const text = payload.reveal().trim();
  const fields = text.startsWith("{") ? parseFields(text) : undefined;
  return fields !== undefined && disagreement(fields, expected) !== undefined;
}

/** A stored address or client that is another one's: the secret is not sent. Which ones, the message does not say. */
function mustAgree(fields: Fields, expected: Expected): void {
  const what = disagreement(fields, expected);
  if (what) refuse(expected, `belongs to another ${what} than the configuration says; refer to the right secret`);
}

function disagreement(fields: Fields, { domain, clientId }: Pick<Expected, "domain" | "clientId">) {
  if (fields.domain !== undefined && String(fields.domain).toLowerCase() !== domain) return "domain";
  return fields.clientId !== undefined && fields.clientId !== clientId ? "client" : undefined;
}

const isJwk = (fields: Fields): boolean => typeof fields.kty === "string";

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The parser's own error quotes what it could not read: it is dropped here. */
function parseFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function refuse({ reference }: Pick<Expected, "reference">, what: string): never {
  throw new CurfewError("reference-unresolved", `The secret ${reference} ${what}.`, { detail: reference });
}
