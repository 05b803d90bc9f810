import { LOGINS, type LoginName, loginSecretName } from "../../lib/config/logins.ts";
import type { Config, LoginConfig, TenantConfig } from "../../lib/config/schema.ts";
import { PASTED, secretName, secretsManagerName } from "../../lib/config/secret-fields.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { looksLikeSecret } from "../../lib/model/looks-like-secret.ts";
import type { AdoptRequest } from "../../lib/rotation/by-hand/may-adopt.ts";
import type { CredentialKind } from "../../lib/rotation/ledger/target.ts";

/** One place of the configuration that says where the credential of a client is stored. */
interface Use {
  tenant: string;
  clientId: string;
  /** The secret's name in Secrets Manager. */
  secret: string;
  kind: CredentialKind;
}

/**
 * What a person wants to adopt, as far as the configuration agrees: a client's credential is in one secret, and a secret
 * is one client's.
 *
 * @throws CurfewError `arguments-invalid`
 */
export function adoptRequest(config: Config, tenant: TenantConfig, clientId: string, secret: string): AdoptRequest {
  mustBeName(secret);
  const uses = config.tenants.flatMap(usesOf);
  const own = uses.filter((use) => use.tenant === tenant.name && use.clientId === clientId);
  const other = own.find((use) => use.secret !== secret);
  if (other) {
    throw invalid(`The configuration says that the credential of ${clientId} is in ${other.secret}; adopt that one.`);
  }
  if (uses.some((use) => use.secret === secret && !own.includes(use))) {
    throw invalid(
      `The secret ${secret} is another client's in the configuration; every credential has a secret of its own.`,
    );
  }
  const credential = tenant.credentials.find((one) => one.clientId === clientId);
  return {
    tenant: tenant.name,
    domain: tenant.domain,
    clientId,
    secret,
    kind: own[0]?.kind,
    allowHs256: credential?.allowHs256 ?? false,
  };
}

/** Whatever stands there may be the secret itself, so it is not repeated. */
function mustBeName(secret: string): void {
  if (looksLikeSecret(secret)) throw invalid(`--secret takes the name of the secret: ${PASTED}.`);
  const { error } = secretName({ title: "Secret", description: "" }).safeParse(secret);
  if (error) throw invalid(`--secret takes the name of the secret: ${error.issues[0]?.message}.`);
}

function usesOf(tenant: TenantConfig): Use[] {
  const { name, credentials } = tenant;
  const logins = LOGINS.flatMap((role): Use[] => {
    const login = tenant[role];
    return login ? [loginUse(name, role, login)] : [];
  });
  return [...logins, ...credentials.map(({ clientId, secret, kind }) => ({ tenant: name, clientId, secret, kind }))];
}

/** A variable of a laptop is no place where anything could be rotated: deployed, each login has the one name. */
function loginUse(tenant: string, role: LoginName, { clientId, secret, privateKey }: LoginConfig): Use {
  const stored = secretsManagerName(secret ?? privateKey ?? "") ?? loginSecretName(tenant, role);
  return { tenant, clientId, secret: stored, kind: privateKey === undefined ? "client-secret" : "private-key" };
}

const invalid = (message: string): CurfewError => new CurfewError("arguments-invalid", message);
