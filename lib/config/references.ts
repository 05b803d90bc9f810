import type { Login } from "../auth0/login.ts";
import { CurfewError } from "../model/curfew-error.ts";
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
  /** The current value of a secret in Secrets Manager; rejects with `reference-unresolved`. */
  secretsManager(name: string): Promise<string>;
}

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
 * Fetches what one of Curfew's own applications logs in with.
 *
 * A stored `domain` or `clientId` must agree with the configuration: a secret is never sent anywhere else.
 *
 * @param domain the tenant's canonical domain
 * @throws CurfewError `reference-unresolved`, naming the reference and never its value.
 */
export async function loginFrom(login: LoginConfig, domain: string, sources: SecretSources): Promise<Login> {
  const { clientId } = login;
  if (login.privateKey !== undefined) {
    const expected = { kind: "private-key", clientId, domain, reference: login.privateKey } as const;
    return { method: "private-key", clientId, privateKeyJwk: await resolveLogin(expected, sources) };
  }
  const expected = { kind: "client-secret", clientId, domain, reference: login.secret ?? "" } as const;
  return { method: "client-secret", clientId, secret: await resolveLogin(expected, sources) };
}

/**
 * Fetches what an application logs in with whose credential Curfew looks after. The same rules hold as for a login.
 *
 * @param domain the tenant's canonical domain
 * @throws CurfewError `reference-unresolved`, naming the reference and never its value.
 */
export function credentialLogin(
  { clientId, kind, secret }: Pick<TenantConfig["credentials"][number], "clientId" | "kind" | "secret">,
  domain: string,
  sources: SecretSources,
): Promise<Login> {
  const reference = `secretsmanager:${secret}`;
  return loginFrom(
    { clientId, ...(kind === "private-key" ? { privateKey: reference } : { secret: reference }) },
    domain,
    sources,
  );
}

async function resolveLogin(expected: Expected, sources: SecretSources): Promise<Secret> {
  return readPayload(await resolveSecret(expected.reference, sources), expected);
}
