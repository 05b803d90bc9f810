import { CurfewError } from "../../model/curfew-error.ts";
import { Secret } from "../../model/secret.ts";
import { markAdopted } from "../credentials/adopted-secrets.ts";
import { assertMayWrite } from "../judgements/assert-may-write.ts";
import { judgeClient } from "../judgements/judge-client.ts";
import { withoutCancelled } from "../ledger/dropped.ts";
import { changeRotation, writeTarget } from "../ledger/ledger.ts";
import type { CredentialKind, RotationTarget } from "../ledger/target.ts";
import { CURRENT, type RotatedClient, type VaultSecret } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import { rotationFunctionArn } from "../vault/function-arn.ts";
import { credentialIn } from "../vault/payload.ts";
import { pendingVersion } from "../vault/pending-version.ts";
import { versionWith } from "../vault/standing.ts";
import {
  type AdoptParts,
  type AdoptRequest,
  findSecret,
  forAdopting,
  mustBeAccepted,
  mustBeFree,
  mustBeOnlyOne,
  mustBeOurs,
  mustNotShow,
  otherOwner,
  targetOf,
} from "./may-adopt.ts";

/** What adopting came to. */
export interface Adopted {
  target: RotationTarget;
  /** Whether the secret was created, or was there. */
  created: boolean;
  /** Whether rotation was switched on now, or was on. */
  switchedOn: boolean;
}

/**
 * Puts a credential under Curfew's care without rotating it: tags or creates its secret, records whose it is, switches
 * rotation on. Nothing but that a former secret is gone is written before Auth0 has accepted the value at an endpoint
 * that refuses a random one. May be repeated, whatever became of it before.
 *
 * @throws CurfewError `rotation-refused` for what could not be rotated later either, `arguments-invalid` for a secret
 * that is somebody else's or beside another one of the same client, `missing-scope`, or what the ports failed with
 */
export async function adopt(request: AdoptRequest, parts: AdoptParts): Promise<Adopted> {
  const known = await findSecret(parts, request.secret);
  if (known) await mustBeFree(known, request, parts);
  await mustBeOnlyOne(request, known?.arn, parts);
  const described = await parts.client.client();
  const kind = request.kind ?? kindOf(described);
  const refused = judgeClient(described, { ...request, kind });
  if (refused) throw refusedError(forAdopting(refused, request));
  await assertMayWrite({ settings: { ...request, kind }, tenant: async () => parts.client });
  await mustBeOurs(parts, request, kind, known?.arn);
  const stored = known ? await currentValue(parts, known) : await parts.presentValue(kind);
  mustNotShow(request.secret, stored);
  const value = credentialIn(stored, { ...request, kind }, known ? request.secret : "that was given");
  mustNotShow(request.secret, value);
  await mustBeAccepted(parts, { ...request, kind }, value);

  const arn = known?.arn ?? (await create(parts, request, kind, value));
  if (known) await parts.service.tagManaged(arn);
  const target = targetOf(request, kind, arn, parts);
  if (!(await writeTarget(parts.table, target))) throw otherOwner(request.secret);
  const acceptedAt = Math.round(parts.clock.now());
  const isOn = known?.rotationEnabled === true;
  const current = known && versionWith(known, CURRENT);
  await changeRotation(parts.table, target, (record) => ({
    ...(isOn ? record : withoutCancelled(record, current, acceptedAt)),
    acceptedAt: record.acceptedAt ?? acceptedAt,
  }));
  // Also where it is on: the AWS console sets an interval of its own, which nobody announces. Not while a version hangs.
  const hangs = known !== undefined && pendingVersion(known) !== undefined;
  if (!isOn || !hangs) await parts.service.enableRotation(arn, rotationFunctionArn(arn));
  await markAdopted(parts.table, target);
  return { target, created: !known, switchedOn: !isOn };
}

/** What authenticates with registered keys has no use for a secret, and the other way round. */
const kindOf = (client: RotatedClient | undefined): CredentialKind =>
  client?.attachedKeys === undefined ? "client-secret" : "private-key";

async function currentValue({ vault }: AdoptParts, secret: VaultSecret): Promise<Secret> {
  const current = versionWith(secret, CURRENT);
  const value = current === undefined ? undefined : await vault.read(secret.arn, current);
  if (value) return value;
  const message = `The secret ${secret.name} exists and holds no value; store the application's present one in it, then adopt again.`;
  throw new CurfewError("arguments-invalid", message);
}

/** Flat JSON with texts only, as docs/rotation.md documents it: every tool can read it. */
async function create(
  { service, newVersion }: AdoptParts,
  { domain, clientId, secret }: AdoptRequest,
  kind: CredentialKind,
  value: Secret,
): Promise<string> {
  const field = kind === "client-secret" ? "clientSecret" : "privateKeyJwk";
  const payload = new Secret(JSON.stringify({ domain, clientId, [field]: value.reveal() }));
  return service.createManaged(secret, newVersion(), payload);
}
