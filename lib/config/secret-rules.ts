import { looksLikeSecret } from "../model/looks-like-secret.ts";
import { LOGINS, loginSecretName } from "./logins.ts";
import { type Loose, mapping, mappings, text } from "./loose.ts";
import type { Complaint, ConfigPath } from "./mistakes.ts";
import { PASTED, secretsManagerName } from "./secret-fields.ts";

/** One place of the file that says where a secret is. */
interface SecretUse {
  path: ConfigPath;
  /** What stands in the file; it may be anything, also a secret. */
  written: string;
  /** The name in Secrets Manager, where it is one. */
  name: string | undefined;
  /** Whose secret it is: tenant and client. Empty for what belongs to no client. */
  owner: string;
  kind: "login" | "credential" | "webhook";
}

/** Secrets that are written out, and names that stand for two different secrets. */
export function secretComplaints(config: Loose): Complaint[] {
  const uses = secretUses(config);
  return [
    ...uses
      .filter(({ name }) => name !== undefined && looksLikeSecret(name))
      .map(({ path }) => ({ path, message: PASTED })),
    ...sharedNames(uses),
  ];
}

/** References that work on a laptop only: a deployed Curfew has no such variables. */
export function envReferenceComplaints(config: Loose): Complaint[] {
  const message = "env: works on a laptop only; store this secret in Secrets Manager and write secretsmanager:NAME";
  return secretUses(config)
    .filter(({ kind, written }) => kind !== "credential" && written.startsWith("env:"))
    .map(({ path }) => ({ path, message }));
}

/**
 * Each login has a role of its own where Curfew is deployed, and a role reads by name: another name could be read by
 * none, or by the wrong one.
 */
export function loginNameComplaints(config: Loose): Complaint[] {
  return mappings(config.tenants, ["tenants"]).flatMap(({ entry, path }) =>
    LOGINS.flatMap((login) =>
      ["secret", "privateKey"].flatMap((key) => {
        const name = secretsManagerName(text(mapping(entry[login])[key]) ?? "");
        if (name === undefined || name === loginSecretName(text(entry.name) ?? "", login)) return [];
        const message = `where Curfew is deployed, this is secretsmanager:${loginSecretName("<the tenant's name>", login)}`;
        return [{ path: [...path, login, key], message }];
      }),
    ),
  );
}

function secretUses(config: Loose): SecretUse[] {
  const tenants = mappings(config.tenants, ["tenants"]);
  return [...tenants.flatMap(({ entry, path }, index) => tenantUses(entry, path, index)), ...webhookUse(config)];
}

function tenantUses(tenant: Loose, path: ConfigPath, index: number): SecretUse[] {
  const ownerOf = (client: Loose) => `${index} ${text(client.clientId) ?? ""}`;
  const logins = LOGINS.flatMap((login) =>
    ["secret", "privateKey"].flatMap((key) => {
      const client = mapping(tenant[login]);
      return reference(client[key], [...path, login, key], ownerOf(client), "login");
    }),
  );
  const credentials = mappings(tenant.credentials, [...path, "credentials"]).flatMap(({ entry, path: place }) => {
    const name = text(entry.secret);
    if (name === undefined) return [];
    return [{ path: [...place, "secret"], written: name, name, owner: ownerOf(entry), kind: "credential" as const }];
  });
  return [...logins, ...credentials];
}

const webhookUse = (config: Loose): SecretUse[] =>
  reference(mapping(mapping(config.alerts).slack).webhook, ["alerts", "slack", "webhook"], "", "webhook");

function reference(value: unknown, path: ConfigPath, owner: string, kind: SecretUse["kind"]): SecretUse[] {
  const written = text(value);
  return written === undefined ? [] : [{ path, written, name: secretsManagerName(written), owner, kind }];
}

/**
 * One name, one secret: rotating it for one client would break the other, and each of Curfew's roles reads its own.
 * Allowed is only that a login is also listed as a credential of the same client: that is how logins are rotated.
 */
function sharedNames(uses: readonly SecretUse[]): Complaint[] {
  const first = new Map<string, SecretUse[]>();
  return uses.flatMap((use) => {
    if (use.name === undefined) return [];
    const earlier = first.get(use.name) ?? [];
    first.set(use.name, [...earlier.slice(0, 4), use]);
    if (earlier.every((other) => isAdopted(other, use))) return [];
    const message = "this name in Secrets Manager is used elsewhere in this file; every secret has a name of its own";
    return [{ path: use.path, message }];
  });
}

const isAdopted = (login: SecretUse, credential: SecretUse): boolean =>
  login.kind === "login" && credential.kind === "credential" && login.owner === credential.owner;
