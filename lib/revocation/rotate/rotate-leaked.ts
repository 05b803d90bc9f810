import { type CurfewError, hasCode } from "../../model/curfew-error.ts";
import { runAftercare } from "../../rotation/aftercare/aftercare.ts";
import { calibratedAsk, firstAccepted, unfinished } from "../../rotation/asking/asking.ts";
import { beforeMoment, boundedParts } from "../../rotation/bounded-parts.ts";
import { judgeClient } from "../../rotation/judgements/judge-client.ts";
import { changeRotation, readRotation, writeTarget } from "../../rotation/ledger/ledger.ts";
import { isOpen, type RotationRecord } from "../../rotation/ledger/rotation-record.ts";
import type { RotationTarget } from "../../rotation/ledger/target.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import { CURRENT, type RotatedClient, type VersionId } from "../../rotation/ports.ts";
import { refusalOf, refusedError } from "../../rotation/refusal.ts";
import { versionWith } from "../../rotation/vault/standing.ts";
import { currentCredential } from "../../rotation/vault/stored-credentials.ts";
import { atWork } from "../../rotation/work.ts";
import { leversOf, whyUntouched } from "../contain/known-client.ts";
import { type Came, tried } from "../contain/step-run.ts";
import type { Incident } from "../incident/incident.ts";
import { isNotThere } from "../incident/nowhere.ts";
import { giveFirst, makeSecret } from "./first-credential.ts";
import { takeSuspectsAway } from "./key-places.ts";
import { giveNext } from "./next-credential.ts";
import type { RotateParts } from "./parts.ts";
import { loginToChange, type Place, placeOf } from "./place.ts";
import { isOwnRotator, replacedByHand } from "./replaced-by-hand.ts";
import { retirePrevious } from "./retire-previous.ts";
import { readTry, rotationOfIncident, targetOfIncident, versionOfTry, writeTry } from "./rotation-of-incident.ts";
import { clientOf } from "./seen-client.ts";
import { notDone, RECORDING, recordCame } from "./step-record.ts";

/** For so long somebody else's work on the credential is waited for. Milliseconds. */
const PATIENCE = 300_000;

/** Between two looks whether somebody else is done. Milliseconds. */
const PAUSE = 10_000;

/**
 * Replaces the credential that leaked, under its lease and by the steps of every rotation, and proves the old one dead
 * as far as the vault holds it. Whatever was stored before the incident is replaced, also what hung or was held. An
 * application that nobody manages gets a secret of its own, `curfew/incidents/<tenant>/<client id>`.
 *
 * May be repeated after anything: it goes on with the version that it has begun, and begins another one where Auth0
 * does not accept that any more.
 *
 * @throws CurfewError `store-failed` when it cannot be recorded, `interrupted`
 */
export async function rotateLeaked(incident: Incident, parts: RotateParts): Promise<Incident> {
  if (incident.ended) return incident;
  return recordCame("rotate", incident, await cameOf(incident, parts), "Replaced the credential.", parts);
}

async function cameOf(incident: Incident, parts: RotateParts): Promise<Came> {
  if (!leversOf(incident, parts).includes("rotate")) {
    return noCredential(incident, parts);
  }
  const got = await tried(() => patiently(parts, () => replaceOrSee(incident, parts)));
  return "error" in got ? notDone(NOT_REPLACED, `a new credential of ${incident.clientId}`, got.error) : got.value;
}

const NOT_REPLACED = "The credential is not replaced, or not proven to be.";

function noCredential(incident: Incident, parts: RotateParts): Came {
  const why = whyUntouched(incident, parts);
  const message = why
    ? `${why} A person has to have its credential replaced.`
    : "What leaked is not the application's own credential: there is none to be replaced.";
  return { outcome: "not-applicable", message };
}

/** Where no rotator can act, a person can. */
async function replaceOrSee(incident: Incident, parts: RotateParts): Promise<Came> {
  const byHand = async (): Promise<Came> =>
    isNotThere(incident) ? GONE : replacedByHand(incident, boundedBy(parts.deadline - RECORDING, incident, parts));
  if (isOwnRotator(incident, parts)) return byHand();
  const got = await tried(() => replace(incident, parts));
  if ("value" in got) return got.value;
  if (got.error.code !== "configuration-invalid") throw got.error;
  return byHand();
}

/** Whoever works on the credential at this moment is done in a few minutes, or dead. */
async function patiently<T>({ clock, deadline, signal }: RotateParts, call: () => Promise<T>): Promise<T> {
  const end = Math.min(clock.now() + PATIENCE, deadline - RECORDING);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!hasCode(error, "rotation-busy") || clock.now() + PAUSE > end) throw error;
    }
    await clock.sleep(PAUSE, signal);
  }
}

/** All that replacing needs to know. */
interface Replacing {
  incident: Incident;
  parts: RotateParts;
  /** As an incident rotates, and no call is waited for beyond `end`. */
  rotation: RotationParts;
  end: number;
  place: Place;
  client: RotatedClient;
}

async function replace(incident: Incident, given: RotateParts): Promise<Came> {
  const end = given.deadline - RECORDING;
  const parts = boundedBy(end, incident, given);
  const { rotation } = parts;
  const client = await clientOf(incident, rotation);
  if (!client) return GONE;
  const place = await placeOf(incident, client, parts);
  const unfit = unfitness(client, place);
  if (unfit) return unfit;
  if (incident.drill) return wouldReplace(place);
  const replacing = { incident, parts, rotation, end, place, client };
  const stored = await give(replacing);
  const left = await tried(() => cleanUp(replacing, stored));
  if ("value" in left) return judged(replacing, stored, left.value);
  if (left.error.code === "rotation-busy") throw left.error;
  return notDone(replacedIn(place), `the old credential of ${incident.clientId}`, left.error);
}

/** As an incident rotates, and no call is begun or waited for beyond `end`. */
function boundedBy(end: number, incident: Incident, parts: RotateParts): RotateParts {
  const rotation = boundedParts(rotationOfIncident(incident, parts), end);
  const createManaged: RotateParts["service"]["createManaged"] = (...secret) =>
    beforeMoment(parts.clock, end, () => parts.service.createManaged(...secret));
  return { ...parts, rotation, table: rotation.table, service: { createManaged } };
}

const GONE: Came = {
  outcome: "not-applicable",
  message: "The application does not exist: nothing of it is accepted.",
};

/** What cannot be replaced, because nobody logs in with it. */
function unfitness(client: RotatedClient, { kind }: Place): Came | undefined {
  const { clientId } = client;
  if (client.attachedKeys === undefined && client.usesMtls) {
    const message = `The application ${clientId} authenticates with a certificate (mTLS), which Auth0 did not issue: have it revoked, and take it off the application by hand.`;
    return { outcome: "not-applicable", message };
  }
  const refused = judgeClient(client, { clientId, kind, allowHs256: true });
  if (refused?.refusal === "public-client") {
    const message = `The application ${clientId} is a public one now: nobody logs in with its secret. Replace that before it is made a confidential one again.`;
    return { outcome: "not-applicable", message };
  }
  if (refused) throw refusedError(refused);
  return undefined;
}

const wouldReplace = ({ name, secret }: Place): Came => ({
  outcome: "done",
  message: `The credential would be replaced, in the secret ${name}${secret ? "" : ", which would be made"}.`,
});

interface Given {
  target: RotationTarget;
  version: VersionId;
  wasHeld: boolean;
  isFirst: boolean;
}

/** Has the tenant accept a new credential that is stored, and is the current one. */
async function give(replacing: Replacing): Promise<Given> {
  const { incident, parts, place } = replacing;
  const known = await readTry(parts, incident);
  const attempt = known?.attempt ?? 1;
  const version = versionOfTry(incident, attempt);
  const isNew = !place.secret || (known?.isFirst === true && versionWith(place.secret, CURRENT) === version);
  await writeTry(parts, incident, { attempt, isFirst: isNew });
  try {
    return await (isNew ? first(replacing, version) : next(replacing, version));
  } catch (error) {
    if (!(error instanceof Outdated) && refusalOf(error) !== "version-unknown") throw error;
    const again = attempt + 1;
    await writeTry(parts, incident, { attempt: again, isFirst: false });
    const now = { ...replacing, place: await placeOf(incident, replacing.client, parts) };
    return next(now, versionOfTry(incident, again));
  }
}

/** Somebody set or stored another credential since: what the incident gave is not in use. */
class Outdated extends Error {}

async function first(replacing: Replacing, version: VersionId): Promise<Given> {
  const { incident, parts, place, rotation, end } = replacing;
  const target = await makeSecret(incident, place, version, rotation, parts);
  const record = await readRotation(rotation.table, target);
  if (record?.promoted?.version === version) await assertInUse(replacing, target, version);
  else await giveFirst(target, version, incident.leakedKey, end, rotation);
  return { target, version, isFirst: true, wasHeld: false };
}

async function next(replacing: Replacing, version: VersionId): Promise<Given> {
  const { incident, place, rotation, end } = replacing;
  const { secret, kind } = place;
  if (!secret) throw unfinished(`The secret ${place.name} is gone.`);
  const target = targetOfIncident(incident, secret.arn, kind, rotation.clock.now());
  if (!(await writeTarget(rotation.table, target))) throw otherOwner(place);
  const record = await readRotation(rotation.table, target);
  if (record?.promoted?.version === version) {
    if (versionWith(secret, CURRENT) !== version) throw new Outdated();
    await assertInUse(replacing, target, version);
  } else {
    await giveNext(target, version, incident.leakedKey, end, rotation);
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

/** What is left when everything that can be taken away was. */
interface Left {
  record: RotationRecord | undefined;
  isRetired: boolean;
}

async function cleanUp({ incident, rotation, end }: Replacing, { target, version }: Given): Promise<Left> {
  const request = { target, version, deadline: end };
  if (target.kind === "private-key") {
    await atWork(request, rotation, async (work) =>
      takeSuspectsAway(work, incident.leakedKey, (await currentCredential(work)).credential),
    );
  }
  await endOverlaps(target, rotation);
  await runAftercare(target, end, rotation);
  const isRetired = await atWork(request, rotation, retirePrevious);
  return { isRetired, record: await readRotation(rotation.table, target) };
}

/** One of the old credentials is what leaked: none of them stays until the end of its overlap. */
async function endOverlaps(target: RotationTarget, { table, clock }: RotationParts): Promise<void> {
  const now = Math.round(clock.now());
  await changeRotation(table, target, (record) => ({
    ...record,
    aftercare: record.aftercare.map((care) => (isOpen(care) && care.from > now ? { ...care, from: now } : care)),
  }));
}

function judged(
  { place, client, incident, parts }: Replacing,
  { version, wasHeld, isFirst }: Given,
  { record, isRetired }: Left,
): Came {
  const { clientId } = incident;
  const open = record?.aftercare.filter(isOpen) ?? [];
  const missing = open.map(({ answers }) =>
    answers.at(-1)?.old === "accepted"
      ? `the old credential of ${clientId}: Auth0 still accepts it`
      : `the old credential of ${clientId}: it is not proven dead yet`,
  );
  if (missing.length === 0 && !isRetired) missing.push(`the label AWSPREVIOUS of the secret ${place.name}`);
  const said = [
    replacedIn(place),
    missing.length === 0 ? aboutOld(record, version, isFirst, place) : "",
    isFirst ? "Whoever uses the application has to read it there: nobody else knows the new one." : "",
    loginToChange(incident, place, parts),
    wasHeld ? "Rotating it was held; the incident did so all the same." : "",
    client.idTokenAlgorithm === "HS256" ? HS256 : "",
  ];
  const message = said.filter((sentence) => sentence !== "").join(" ");
  return missing.length > 0 ? { outcome: "incomplete", message, missing, code: null } : { outcome: "done", message };
}

const replacedIn = ({ name }: Place): string => `The application has a new credential, in the secret ${name}.`;

const HS256 =
  "Its ID tokens are signed with its secret (HS256): whoever verifies them needs the new one, and whoever has the old one can go on forging them until then.";

/** What is known of the old credential. */
function aboutOld(record: RotationRecord | undefined, version: VersionId, isFirst: boolean, { kind }: Place): string {
  const hopeless = record?.aftercare.find(({ notProvable }) => notProvable !== undefined)?.notProvable;
  if (hopeless !== undefined) return `That the old one is dead is not provable: ${hopeless}`;
  if (record?.lastProof?.current === version) return "The old one is proven dead.";
  if (isFirst && kind === "private-key") return "Its other keys that may have leaked are detached and deleted.";
  return "That the old one is dead is not provable here, since it was not stored: whoever has it can try it.";
}
