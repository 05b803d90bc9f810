import { namesAnother, readPayload } from "../../config/secret-payload.ts";
import { hasCode } from "../../model/curfew-error.ts";
import { Secret } from "../../model/secret.ts";
import type { CredentialKind } from "../ledger/target.ts";
import type { RotationSettings } from "../parts.ts";
import { refusedError } from "../refusal.ts";

/**
 * Takes the credential out of a stored value.
 *
 * @param reference how the secret is named in an error
 * @throws CurfewError `rotation-refused`: `target-disagrees` when the value names another domain or client,
 * `payload-unusable` when it holds no credential of the configured kind
 */
export function credentialIn(
  payload: Secret,
  { kind, clientId, domain }: Pick<RotationSettings, "kind" | "clientId" | "domain">,
  reference: string,
): Secret {
  try {
    return readPayload(payload, { kind, clientId, domain, reference });
  } catch (error) {
    if (!hasCode(error, "reference-unresolved")) throw error;
    const refusal = namesAnother(payload, { clientId, domain }) ? "target-disagrees" : "payload-unusable";
    throw refusedError({ refusal, message: error.message });
  }
}

/**
 * The value to be stored for a new credential, in the form of the current one: its readers go on as they are. A plain
 * string stays one, and so does a bare JSON Web Key; other JSON keeps its other fields, numbers digit by digit.
 *
 * @param payload a value that {@link credentialIn} reads
 */
export function renewPayload(payload: Secret, kind: CredentialKind, credential: Secret): Secret {
  const text = payload.reveal().trim();
  if (!text.startsWith("{")) return credential;
  const fields = JSON.parse(text, asWritten) as Record<string, unknown>;
  if (kind === "client-secret") return asText({ ...fields, clientSecret: credential.reveal() });
  if (typeof fields.kty === "string") return credential;
  const isText = typeof fields.privateKeyJwk === "string";
  const privateKeyJwk: unknown = isText ? credential.reveal() : JSON.parse(credential.reveal());
  return asText({ ...fields, privateKeyJwk });
}

/**
 * In what two stored values differ beside the credential: the names of the fields, never their values, or `its form`.
 * The order of the fields says nothing.
 *
 * @param one a value that {@link credentialIn} reads, and so is `other`
 */
export function changedBeside(one: Secret, other: Secret, kind: CredentialKind): string[] {
  const [own, theirs] = [fieldsOf(one, kind), fieldsOf(other, kind)];
  if (!own || !theirs) return own === theirs ? [] : ["its form"];
  const names = new Set([...own.keys(), ...theirs.keys()]);
  return [...names].filter((name) => own.get(name) !== theirs.get(name)).sort();
}

/** What each field holds, of the credential only as what; undefined for a bare credential. */
function fieldsOf(payload: Secret, kind: CredentialKind): ReadonlyMap<string, string> | undefined {
  const text = payload.reveal().trim();
  if (!text.startsWith("{")) return undefined;
  const fields = JSON.parse(text, asWritten) as Record<string, unknown>;
  if (kind === "private-key" && typeof fields.kty === "string") return undefined;
  const credential = kind === "client-secret" ? "clientSecret" : "privateKeyJwk";
  const contentOf = (name: string, value: unknown) => (name === credential ? typeof value : JSON.stringify(value));
  return new Map(Object.entries(fields).map(([name, value]) => [name, contentOf(name, value)]));
}

/** A number as its source says it: one of more than 15 digits would come back as another. */
const asWritten = (_: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === "number" && context?.source !== undefined ? rawJSON(context.source) : value;

/** ECMAScript's "JSON.parse source text access", which TypeScript's types do not know yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

const asText = (fields: Record<string, unknown>): Secret => new Secret(JSON.stringify(fields));
