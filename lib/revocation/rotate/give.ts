import type { CurfewError } from "../../model/curfew-error.ts";
import { calibratedAsk, firstAccepted } from "../../rotation/asking/asking.ts";
import { readRotation, writeTarget } from "../../rotation/ledger/ledger.ts";
import type { RotationTarget } from "../../rotation/ledger/target.ts";
import { CURRENT, type VersionId } from "../../rotation/ports.ts";
import { refusalOf, refusedError } from "../../rotation/refusal.ts";
import { unfinished } from "../../rotation/unfinished.ts";
import { versionWith } from "../../rotation/vault/standing.ts";
import { currentCredential } from "../../rotation/vault/stored-credentials.ts";
import { atWork } from "../../rotation/work.ts";
import { noteReplaced } from "../incident/incidents.ts";
import { giveFirst, makeSecret } from "./first-credential.ts";
import { giveNext } from "./next-credential.ts";
import { type Place, placeOf } from "./place.ts";
import type { Replacing } from "./replacing.ts";
import { readTry, targetOfIncident, versionOfTry, writeTry } from "./rotation-of-incident.ts";

/** The new credential that is in use. */
export interface Given {
  target: RotationTarget;
  version: VersionId;
  wasHeld: boolean;
  isFirst: boolean;
}

/** Has the tenant accept a new credential that is stored, and is the current one. */
export async function give(replacing: Replacing): Promise<Given> {
  const { incident, parts, place, suspects } = replacing;
  const known = await readTry(parts, incident);
  const attempt = known?.attempt ?? 1;
  const version = versionOfTry(incident, attempt);
  const isNew = !place.secret || (known?.isFirst === true && versionWith(place.secret, CURRENT) === version);
  const attached = known?.attached ?? replacing.client.attachedKeys ?? [];
  const before = { attached, ...(suspects === undefined ? {} : { suspects }) };
  await writeTry(parts, incident, { attempt, isFirst: isNew, ...before });
  try {
    return await (isNew ? first(replacing, version) : next(replacing, version));
  } catch (error) {
    if (!(error instanceof Outdated) && refusalOf(error) !== "version-unknown") throw error;
    const again = attempt + 1;
    await writeTry(parts, incident, { attempt: again, isFirst: false, ...before });
    const now = { ...replacing, place: await placeOf(incident, replacing.client, parts) };
    return next(now, versionOfTry(incident, again));
  }
}

/** Somebody set or stored another credential since: what the incident gave is not in use. */
class Outdated extends Error {}

async function first(replacing: Replacing, version: VersionId): Promise<Given> {
  const { incident, parts, place, rotation, end, suspects } = replacing;
  const target = await makeSecret(incident, place, version, rotation, parts);
  const record = await readRotation(rotation.table, target);
  if (record?.promoted?.version === version) await assertInUse(replacing, target, version);
  else {
    await noteReplaced(incident, parts);
    await giveFirst(target, version, suspects, end, rotation);
  }
  return { target, version, isFirst: true, wasHeld: false };
}

async function next(replacing: Replacing, version: VersionId): Promise<Given> {
  const { incident, parts, place, rotation, end, suspects } = replacing;
  const { secret, kind } = place;
  if (!secret) throw unfinished(`The secret ${place.name} is gone.`);
  const target = targetOfIncident(incident, secret.arn, kind, rotation.clock.now());
  if (!(await writeTarget(rotation.table, target))) throw otherOwner(place);
  const record = await readRotation(rotation.table, target);
  if (record?.promoted?.version === version) {
    if (versionWith(secret, CURRENT) !== version) throw new Outdated();
    await assertInUse(replacing, target, version);
  } else {
    await giveNext(target, version, suspects, end, rotation, () => noteReplaced(incident, parts));
  }
  return { target, version, isFirst: false, wasHeld: record?.held !== undefined };
}

const otherOwner = ({ name }: Place): CurfewError =>
  refusedError({
    refusal: "not-configured",
    message: `The secret ${name} is recorded as the credential of another application, or of another kind.`,
  });

/** What puts things back may have put the old secret back, too. */
const assertInUse = ({ rotation, end }: Replacing, target: RotationTarget, version: VersionId): Promise<void> =>
  atWork({ target, version, deadline: end }, rotation, async (work) => {
    const { credential } = await currentCredential(work);
    const said = await firstAccepted(work, await calibratedAsk(work, credential), [credential]);
    if (said === "refused") throw new Outdated();
    if (said === "unknown") throw unfinished(`Auth0 does not say whether it accepts the new credential.`);
  });
