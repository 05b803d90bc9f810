import type { Login, OtherLogin } from "../auth0/login.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import { Secret } from "../model/secret.ts";
import type { LoginConfig, TenantConfig } from "./schema.ts";
import { type Expected, readPayload } from "./secret-payload.ts";

/** Where a secret is. The name is not a secret. */
interface SecretReference {
  source: "env" | "secretsmanager";
  name: string;
}

/** Where secrets come from. Passed in, so that only who needs AWS loads its SDK. */
export interface SecretSources {
  env: Readonly<Record<string, string | undefined>>;
  /**
   * The value of a secret in Secrets Manager, the current one without a label. Rejects with `reference-unresolved`, or
   * with `not-found` where no version bears the label that was asked for.
   */
  secretsManager(name: string, label?: OtherLabel): Promise<string>;
}

/** Where Secrets Manager keeps the values before and after the current one. Source: its documentation, "Staging labels". */
type OtherLabel = "AWSPENDING" | "AWSPREVIOUS";

/**
 * Reads `env:NAME` or `secretsmanager:NAME`.
 *
 * @returns `undefined` for anything else, which may be a secret: do not repeat it.
 */
export function parseReference(text: string): SecretReference | undefined {
  const [, source, name] = /^(env|secretsmanager):(.+)$/s.exec(text) ?? [];
  if (source === undefined || name === undefined) return undefined;
  return { source: source as SecretReference["source"], name };
}

/**
 * Fetches what a reference stands for, as it is stored.
 *
 * @throws CurfewError `reference-unresolved`, naming the reference and never its value.
 */
export async function resolveSecret(text: string, sources: SecretSources): Promise<Secret> {
  const reference = parseReference(text);
  if (!reference) {
    throw new CurfewError("reference-unresolved", "A secret is referred to as env:NAME or secretsmanager:NAME.");
  }
  const { source, name } = reference;
  const value = source === "env" ? sources.env[name] : await sources.secretsManager(name);
  if (value !== undefined && value.trim() !== "") return new Secret(value);
  const message =
    source === "env"
      ? `The environment variable ${name} is ${value === undefined ? "not set" : "empty"}; set it to the secret.`
      : `The secret ${name} in Secrets Manager is empty; store the value there.`;
  throw new CurfewError("reference-unresolved", message, { detail: text });
}

/**
 * Fetches what one of Curfew's own applications logs in with, and says where the rest is: these logins are rotated too,
 * so that another value may be accepted by the time it is used. Nothing but the current value is read yet.
 *
 * A stored `domain` or `clientId` must agree with the configuration: a secret is never sent anywhere else.
 *
 * @param domain the tenant's canonical domain
 * @throws CurfewError `reference-unresolved`, naming the reference and never its value.
 */
export async function loginFrom(login: LoginConfig, domain: string, sources: SecretSources): Promise<Login> {
  const { clientId, privateKey, secret = "" } = login;
  const expected: Expected =
    privateKey === undefined
      ? { kind: "client-secret", clientId, domain, reference: secret }
      : { kind: "private-key", clientId, domain, reference: privateKey };
  const others = otherLogins(expected, sources);
  return { ...(await currentLogin(expected, sources)), ...(others.length === 0 ? {} : { others }) };
}

/**
 * Fetches what an application logs in with whose credential Curfew looks after: the current value, and no other. The
 * same rules hold as for a login.
 *
 * @param domain the tenant's canonical domain
 * @throws CurfewError `reference-unresolved`, naming the reference and never its value.
 */
export const credentialLogin = (
  { clientId, kind, secret }: Pick<TenantConfig["credentials"][number], "clientId" | "kind" | "secret">,
  domain: string,
  sources: SecretSources,
): Promise<Login> => currentLogin({ kind, clientId, domain, reference: `secretsmanager:${secret}` }, sources);

const currentLogin = async (expected: Expected, sources: SecretSources): Promise<Login> =>
  storedLogin(await resolveSecret(expected.reference, sources), expected);

/**
 * What may be accepted instead. The current value once more, since it may have been replaced after it was read; the one
 * that is about to replace it; and the one that it has replaced, which is accepted while the change spreads.
 */
function otherLogins(expected: Expected, sources: SecretSources): OtherLogin[] {
  const reference = parseReference(expected.reference);
  if (reference?.source !== "secretsmanager") return [];
  const labelled = (label: OtherLabel) => async (): Promise<Login | undefined> => {
    try {
      return storedLogin(new Secret(await sources.secretsManager(reference.name, label)), expected);
    } catch (error) {
      if (hasCode(error, "not-found")) return undefined;
      throw error;
    }
  };
  return [() => currentLogin(expected, sources), labelled("AWSPENDING"), labelled("AWSPREVIOUS")];
}

function storedLogin(payload: Secret, expected: Expected): Login {
  const [value, { clientId, kind }] = [readPayload(payload, expected), expected];
  return kind === "private-key"
    ? { method: kind, clientId, privateKeyJwk: value }
    : { method: kind, clientId, secret: value };
}
