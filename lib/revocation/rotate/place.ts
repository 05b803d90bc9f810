import { LOGIN_WORDS, loginSecretName } from "../../config/logins.ts";
import { CurfewError, hasCode } from "../../model/curfew-error.ts";
import { adoptedSecrets } from "../../rotation/credentials/adopted-secrets.ts";
import { readTarget, recordOfCredential } from "../../rotation/ledger/ledger.ts";
import type { CredentialKind } from "../../rotation/ledger/target.ts";
import type { RotatedClient, RotationVault, VaultSecret } from "../../rotation/ports.ts";
import type { Incident } from "../incident/incident.ts";
import type { RotateParts } from "./parts.ts";

/** Where an application's credential is stored, or will be. */
export interface Place {
  /** In Secrets Manager. */
  name: string;
  kind: CredentialKind;
  /** Undefined where it is not made yet. */
  secret: VaultSecret | undefined;
}

/**
 * Finds where an application's credential is stored: where the configuration says, where somebody adopted it, where it
 * was rotated last, or where an earlier incident put it.
 *
 * @throws CurfewError `not-found` for a configured secret that is not there: who reads it would find no new one
 */
export async function placeOf(
  incident: Incident,
  client: Pick<RotatedClient, "attachedKeys"> | undefined,
  parts: RotateParts,
): Promise<Place> {
  const { vault } = parts.rotation;
  const configured = parts.configured(incident.clientId);
  if (configured) {
    const secret = await vault.describe(configured.secret);
    return { name: secret.name, kind: configured.kind, secret };
  }
  const known = await knownSecret(incident, parts);
  const name = incidentSecretName(incident);
  const secret = known ?? (await find(vault, name, isDenied));
  const owner = secret && (await readTarget(parts.table, secret.arn));
  return { name: secret?.name ?? name, kind: owner?.kind ?? kindOf(client), secret };
}

/** Where somebody adopted it, or where it was rotated last; undefined where that is gone. */
async function knownSecret({ tenant, clientId }: Incident, { table, rotation }: RotateParts) {
  const adopted = (await adoptedSecrets(table, tenant)).get(clientId);
  const arn = adopted ?? (await recordOfCredential(table, { tenant, clientId }))?.arn;
  return arn === undefined ? undefined : find(rotation.vault, arn);
}

async function find(
  { describe }: Pick<RotationVault, "describe">,
  secret: string,
  meansNone: (error: unknown) => boolean = () => false,
): Promise<VaultSecret | undefined> {
  try {
    return await describe(secret);
  } catch (error) {
    if (hasCode(error, "not-found") || meansNone(error)) return undefined;
    throw error;
  }
}

/**
 * A role that may look at secrets with a tag only is told that of one that is not there, too. Making it is refused then
 * if it is.
 */
const isDenied = (error: unknown): boolean =>
  hasCode(error, "vault-failed") && error.detail === "AccessDeniedException";

/**
 * What has to change so that Curfew itself reads the new credential: one of its own logins whose secret `curfew.yaml`
 * names as a variable, or not at all, goes on with the old one. Empty for everything else.
 */
export function loginToChange(
  { tenant, clientId }: Pick<Incident, "tenant" | "clientId">,
  { name, kind }: Pick<Place, "name" | "kind">,
  { settings, configured }: Pick<RotateParts, "settings" | "configured">,
): string {
  const role = settings.own.get(clientId)?.role;
  if (role === undefined || configured(clientId)) return "";
  const field = kind === "private-key" ? "privateKey" : "secret";
  const there = loginSecretName(tenant, role);
  return `It is Curfew's own ${LOGIN_WORDS[role]}, which goes on with the old one until you change that: store the new one as ${there} in Secrets Manager, write ${field}: secretsmanager:${there} below ${role} of ${tenant} in curfew.yaml, and deploy it; it stands in ${name}.`;
}

/** What authenticates with registered keys has no use for a secret, and the other way round. */
const kindOf = (client: Pick<RotatedClient, "attachedKeys"> | undefined): CredentialKind =>
  client?.attachedKeys === undefined ? "client-secret" : "private-key";

/**
 * The name of the secret that an incident makes. Source of the characters: Secrets Manager's API reference, CreateSecret.
 *
 * @throws CurfewError `arguments-invalid` for a name that would be too long
 */
export function incidentSecretName({ tenant, clientId }: Pick<Incident, "tenant" | "clientId">): string {
  const safe = (text: string) => text.replaceAll(/[^A-Za-z0-9_.-]/g, (c) => `=${c.codePointAt(0)?.toString(16)}`);
  const name = `curfew/incidents/${safe(tenant)}/${safe(clientId)}`;
  if (name.length <= LONGEST_NAME) return name;
  throw new CurfewError("arguments-invalid", `The client id ${clientId} is too long for the name of a secret.`);
}

const LONGEST_NAME = 512;
