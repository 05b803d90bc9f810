import { CurfewError, hasCode } from "../../model/curfew-error.ts";
import type { Secret } from "../../model/secret.ts";
import { calibratedAsk } from "../asking/asking.ts";
import { adoptedSecrets } from "../credentials/adopted-secrets.ts";
import { readRotation, recordOfCredential, settledOwner } from "../ledger/ledger.ts";
import type { CredentialKind, RotationTarget } from "../ledger/target.ts";
import { toldVersion } from "../ledger/under-way.ts";
import type { RotationParts, RotationSettings } from "../parts.ts";
import type { RotationService, RotationTenant, VaultSecret, VersionId } from "../ports.ts";
import { type Refused, refusedError } from "../refusal.ts";
import { rotationFunctionArn } from "../vault/function-arn.ts";
import { leaveGoneSecret } from "../vault/gone-secret.ts";
import { whatWasCancelled } from "./cancelled-version.ts";

/** Whose credential comes under Curfew's care, and where it is stored. */
export interface AdoptRequest {
  /** The tenant's name and canonical domain. */
  tenant: string;
  domain: string;
  clientId: string;
  /** The secret's name in Secrets Manager. */
  secret: string;
  /** As configured; as the application authenticates where it is not. */
  kind: CredentialKind | undefined;
  allowHs256: boolean;
}

/** What adopting works with. */
export interface AdoptParts extends Pick<RotationParts, "vault" | "table" | "clock"> {
  service: RotationService;
  /** The client at its tenant, with the rotator's login. */
  client: RotationTenant;
  /** The present value, where the secret does not exist yet; asked for at most once. */
  presentValue(kind: CredentialKind): Promise<Secret>;
  newVersion(): VersionId;
}

/** The secret of a name, or with an ARN; undefined where there is none. */
export async function findSecret({ vault }: AdoptParts, name: string): Promise<VaultSecret | undefined> {
  try {
    return await vault.describe(name);
  } catch (error) {
    if (hasCode(error, "not-found")) return undefined;
    throw error;
  }
}

/** Two rotation functions on one secret would undo each other's work. */
export async function mustBeFree(
  secret: VaultSecret,
  request: AdoptRequest,
  { table, vault }: AdoptParts,
): Promise<void> {
  const { arn, name, rotationEnabled, rotationFunction } = secret;
  const ours = rotationFunctionArn(arn);
  if (rotationEnabled && rotationFunction !== ours) {
    const message = `The secret ${name} is rotated by another function, ${rotationFunction ?? "of the service's own"}; switch that rotation off first (aws secretsmanager cancel-rotate-secret).`;
    throw new CurfewError("arguments-invalid", message);
  }
  if (rotationEnabled) return;
  const record = await recordOfCredential(table, request);
  if (toldVersion(record, arn) !== undefined) {
    const { tenant, clientId } = request;
    const message = `A rotation of ${name} was cancelled after Auth0 was told of the new value, which may be live: finish it with npx curfew rotate --tenant ${tenant} --client ${clientId}, leave its labels as they are, and adopt again after that.`;
    throw new CurfewError("arguments-invalid", message);
  }
  const message = await whatWasCancelled(secret, record, vault);
  if (message !== undefined) throw new CurfewError("arguments-invalid", message);
}

/**
 * A client has one credential: two secrets that are both rotated would overwrite each other's at Auth0. It may be moved
 * to another secret when nobody rotates the former one any more.
 */
export async function mustBeOnlyOne(
  { tenant, clientId, secret }: AdoptRequest,
  arn: string | undefined,
  parts: AdoptParts,
): Promise<void> {
  const adopted = (await adoptedSecrets(parts.table, tenant)).get(clientId);
  if (adopted === undefined || adopted === arn) return;
  const former = await findSecret(parts, adopted);
  if (!former?.rotationEnabled) return;
  const message = `The credential of ${clientId} is under Curfew's care already, in the secret ${former.name}; adopt that one, or switch its rotation off before ${secret} takes its place: aws secretsmanager cancel-rotate-secret --secret-id ${former.name}`;
  throw new CurfewError("arguments-invalid", message);
}

/** A name is shown everywhere, and this one holds the value itself; neither is repeated. */
export function mustNotShow(name: string, value: Secret): void {
  if (!name.includes(value.reveal().trim())) return;
  const message =
    "The name of the secret holds the secret itself; choose a name without it, and take that value for known to others.";
  throw new CurfewError("arguments-invalid", message);
}

/** What is not under Curfew's care yet need not be taken out of it. */
export function forAdopting(refused: Refused, { tenant, clientId }: AdoptRequest): Refused {
  if (refused.refusal === "client-gone") {
    return { ...refused, message: `There is no application ${clientId} in ${tenant}; look at --client.` };
  }
  if (refused.refusal !== "global-client") return refused;
  return { ...refused, message: `${clientId} is the global client of ${tenant}, whose secret is never rotated.` };
}

/** Nothing may be said yet that would speak against this, of the secret or of the client. */
export async function mustBeOurs(
  parts: AdoptParts,
  request: AdoptRequest,
  kind: CredentialKind,
  arn: string | undefined,
): Promise<void> {
  const { tenant, clientId, secret } = request;
  const target = arn === undefined ? undefined : await settledOwner(parts.table, arn);
  if (target && (target.tenant !== tenant || target.clientId !== clientId || target.kind !== kind)) {
    throw otherOwner(secret);
  }
  const wanted = targetOf(request, kind, arn ?? "", parts);
  if (arn !== undefined) await leaveGoneSecret(wanted, await recordOfCredential(parts.table, wanted), parts);
  await readRotation(parts.table, wanted);
}

export const targetOf = (
  { tenant, clientId }: AdoptRequest,
  kind: CredentialKind,
  arn: string,
  { clock }: Pick<AdoptParts, "clock">,
): RotationTarget => ({ arn, tenant, clientId, kind, writtenBy: "adopt", at: clock.now() });

export const otherOwner = (secret: string): CurfewError =>
  new CurfewError(
    "arguments-invalid",
    `The secret ${secret} is recorded as the credential of another client or of another kind; a secret never changes its client, so choose another name.`,
  );

/** Only what works can be proven dead later. */
export async function mustBeAccepted(
  { client }: AdoptParts,
  settings: Pick<RotationSettings, "clientId" | "kind">,
  value: Secret,
): Promise<void> {
  const ask = await calibratedAsk({ settings, tenant: async () => client }, value);
  const said = await ask(value);
  if (said === "accepted") return;
  const { clientId } = settings;
  if (said === "refused") {
    const message = `Auth0 refuses this value for ${clientId}: it is not what the application uses at present, or Auth0 refuses whatever it is asked about for this application.`;
    throw refusedError({ refusal: "current-refused", message });
  }
  const message = `Auth0 does not say whether it accepts this value for ${clientId}; try again in a few minutes.`;
  throw new CurfewError("rotation-unfinished", message, { retryable: true });
}
