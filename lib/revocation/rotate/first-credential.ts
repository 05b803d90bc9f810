import type { Secret } from "../../model/secret.ts";
import { SETTLING } from "../../rotation/asking/asking.ts";
import { KINDS } from "../../rotation/kinds/kinds.ts";
import { publicKeyOf } from "../../rotation/kinds/public-key.ts";
import { changeRotation, writeTarget } from "../../rotation/ledger/ledger.ts";
import type { RotationTarget } from "../../rotation/ledger/target.ts";
import { markAttaching, markTold } from "../../rotation/mark.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import { CURRENT, type VersionId } from "../../rotation/ports.ts";
import { refusedError } from "../../rotation/refusal.ts";
import { awaitAccepted } from "../../rotation/steps/accepting.ts";
import { finishSecret } from "../../rotation/steps/finish-secret.ts";
import { unfinished } from "../../rotation/unfinished.ts";
import { versionWith } from "../../rotation/vault/standing.ts";
import { storedCredential } from "../../rotation/vault/stored-credentials.ts";
import { atWork, nowOf, remember, type Work, waitUntil } from "../../rotation/work.ts";
import type { Incident } from "../incident/incident.ts";
import { makePlace, registeredOf } from "./key-places.ts";
import type { RotateParts } from "./parts.ts";
import { payloadOf } from "./payload.ts";
import type { Place } from "./place.ts";
import { targetOfIncident } from "./rotation-of-incident.ts";
import type { Suspects } from "./suspects.ts";

/**
 * Makes a secret for an application that nobody manages, with a new credential in it that Auth0 does not know yet, and
 * records whose it is. The new one is stored before anybody is told of it.
 *
 * @returns whose secret it is
 * @throws CurfewError `rotation-refused` (`not-configured`) for a secret that is another application's
 */
export async function makeSecret(
  incident: Incident,
  place: Place,
  version: VersionId,
  rotation: RotationParts,
  { service, settings }: RotateParts,
): Promise<RotationTarget> {
  const { kind, name, secret } = place;
  const make = async () => payloadOf(settings.domain, incident.clientId, kind, await KINDS[kind].make(rotation));
  const arn = secret?.arn ?? (await service.createManaged(name, version, await make()));
  const target = targetOfIncident(incident, arn, kind, rotation.clock.now());
  if (await writeTarget(rotation.table, target)) return target;
  const message = `The secret ${name} is recorded as the credential of another application, or of another kind.`;
  throw refusedError({ refusal: "not-configured", message });
}

/**
 * Gives the application the first credential of its secret. Nobody knows which one it has, so nothing is asked about
 * it: the incident is a person's word that whatever it is may be overwritten.
 *
 * May be repeated after anything: what the tenant was told is told again.
 */
export const giveFirst = (
  target: RotationTarget,
  version: VersionId,
  leaked: Suspects,
  deadline: number,
  rotation: RotationParts,
): Promise<void> =>
  atWork({ target, version, deadline }, rotation, async (work) => {
    const stored = await storedCredential(work, version);
    if (!stored) throw unfinished(`The new credential of ${target.clientId} is not stored.`);
    await orderFirst(work, leaked);
    await (target.kind === "client-secret" ? tellSecret : tellKey)(work, stored.credential, leaked);
    await awaitAccepted(work, stored.credential);
    await remember(work, (record) => ({ ...record, acceptedAt: record.acceptedAt ?? nowOf(work) }));
    await finishSecret(work);
  });

const orderFirst = (work: Work, leaked: Suspects) =>
  changeRotation(work.parts.table, work.target, (record) => ({
    ...record,
    order: {
      ...{ version: work.version, by: "incident", at: nowOf(work), overwrite: true },
      ...(leaked === undefined ? {} : { leakedKeys: leaked }),
    },
  }));

/** What the tenant knows must be where it is found: without the label nobody would. */
async function assertCurrent({ parts, target, version }: Work): Promise<void> {
  if (versionWith(await parts.vault.describe(target.arn), CURRENT) === version) return;
  throw unfinished(`Somebody stored another credential of ${target.clientId} meanwhile.`);
}

async function tellSecret(work: Work, credential: Secret): Promise<void> {
  const tenant = await work.tenant();
  await markTold(work);
  await assertCurrent(work);
  await work.lease.write(() => tenant.setSecret(credential, work.until));
}

async function tellKey(work: Work, credential: Secret, leaked: Suspects): Promise<void> {
  const { kid, pem } = publicKeyOf(credential);
  const find = async () => (await registeredOf(work)).keys.find((key) => key.kid === kid);
  const tenant = await work.tenant();
  const known = await find();
  if (!known) await makePlace(work, leaked, undefined);
  await markTold(work);
  await assertCurrent(work);
  const name = `curfew-${work.version}`;
  const { id } = known ?? (await work.lease.write(() => tenant.registerKey({ kid, publicKeyPem: pem, name })));
  await markAttaching(work, id);
  const { attachedKeys = [] } = (await registeredOf(work)).client;
  if (!attachedKeys.includes(id)) await work.lease.write(() => tenant.attachKeys([...attachedKeys, id]));
  if (!(await waitUntil(work, nowOf(work) + SETTLING))) {
    throw unfinished(`The new key of ${work.settings.clientId} is attached, and not known everywhere yet.`);
  }
}
