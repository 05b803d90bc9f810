import type { ClientAuthentication, ClientCredential } from "../auth0/resources/client.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";
import { instantOf } from "./instants.ts";
import { type NotSaid, notReported, unreadable } from "./outcome.ts";
import { nameOf } from "./resources.ts";

/** A key that is registered for an application. */
export const clientKeyResource = (key: ClientCredential): Resource => ({
  type: "client-credential",
  id: key.id,
  name: nameOf(key.name),
  client: key.client_id,
});

/**
 * What an application's registered keys are for: one of three ways to authenticate, signing its requests, or the tokens
 * of users that a privileged worker gets from Token Vault (Auth0 documentation, "Privileged Worker Token Exchange").
 */
type Purpose =
  | "private_key_jwt"
  | "tls_client_auth"
  | "self_signed_tls_client_auth"
  | "signed_request_object"
  | "token_vault_privileged_access";

/** The ids of the keys that serve each purpose; a purpose without keys is left out. */
export type KeyUses = ReadonlyMap<Purpose, readonly string[]>;

/** Which of an application's keys are used, and what for. */
export function keyUses(authentication: ClientAuthentication | undefined): KeyUses | NotSaid {
  if (authentication === undefined) return notReported("Auth0 does not report how the key's application authenticates");
  const { client_authentication_methods: methods } = authentication;
  if (isUnreadable(methods)) return unreadable("client_authentication_methods", methods);
  const lists: [Purpose, Reported<KeyReferences>][] = [
    ["private_key_jwt", methods?.private_key_jwt],
    ["tls_client_auth", methods?.tls_client_auth],
    ["self_signed_tls_client_auth", methods?.self_signed_tls_client_auth],
    ["signed_request_object", authentication.signed_request_object],
    ["token_vault_privileged_access", authentication.token_vault_privileged_access],
  ];
  const uses = new Map<Purpose, readonly string[]>();
  for (const [purpose, list] of lists) {
    if (isUnreadable(list)) return unreadable(purpose, list);
    if (isUnreadable(list?.credentials)) return unreadable(`${purpose}.credentials`, list.credentials);
    const ids = (list?.credentials ?? []).map(({ id }) => id);
    if (ids.length > 0) uses.set(purpose, ids);
  }
  return uses;
}

interface KeyReferences {
  credentials?: Reported<{ id: string }[]>;
}

/** What a key is used for; nothing where no setting of its application refers to it. */
export const purposesOf = (uses: KeyUses, keyId: string): Purpose[] =>
  [...uses].flatMap(([purpose, ids]) => (ids.includes(keyId) ? purpose : []));

/** The keys of each application, and how that application authenticates. */
export function keysByClient(
  keys: readonly ClientCredential[],
  authentication: readonly ClientAuthentication[],
): { keys: readonly ClientCredential[]; uses: KeyUses | NotSaid }[] {
  const byClient = new Map(authentication.map((client) => [client.client_id, client]));
  return [...Map.groupBy(keys, (key) => key.client_id)].map(([clientId, own]) => ({
    keys: own,
    uses: keyUses(byClient.get(clientId)),
  }));
}

/** When a registered key ends. */
export type KeyExpiry = { ends: "never" } | { ends: "at"; instant: number } | ({ ends: "unknown" } & NotSaid);

/** "Never" is spelled in three ways: the field is absent, it is null, or it is the last day of the year 9999. */
export function keyExpiry(key: ClientCredential): KeyExpiry {
  const instant = instantOf(key.expires_at);
  if (instant === undefined) return { ends: "never" };
  if (isUnreadable(instant)) return { ends: "unknown", ...unreadable("expires_at", instant) };
  return new Date(instant).getUTCFullYear() >= 9999 ? { ends: "never" } : { ends: "at", instant };
}

/**
 * Whether an entry holds key material. A subject name does not: it says which certificates are good, has no date
 * to expire, and Auth0 takes none (OpenAPI document, `CertificateSubjectDNCredential`).
 */
export const holdsKey = (key: ClientCredential): boolean => key.credential_type !== "cert_subject_dn";
