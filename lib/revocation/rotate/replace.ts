import { runAftercare } from "../../rotation/aftercare/aftercare.ts";
import { judgeClient } from "../../rotation/judgements/judge-client.ts";
import { changeRotation, readRotation } from "../../rotation/ledger/ledger.ts";
import { isOpen } from "../../rotation/ledger/rotation-record.ts";
import type { RotationTarget } from "../../rotation/ledger/target.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import type { RotatedClient } from "../../rotation/ports.ts";
import { refusedError } from "../../rotation/refusal.ts";
import { currentCredential } from "../../rotation/vault/stored-credentials.ts";
import { atWork } from "../../rotation/work.ts";
import type { Came } from "../contain/came.ts";
import { tried } from "../contain/tried.ts";
import type { Incident } from "../incident/incident.ts";
import { noteReplaced } from "../incident/incidents.ts";
import { certificateStays } from "../leak/leak-kinds.ts";
import { type Given, give } from "./give.ts";
import { judged, type Left, replacedIn } from "./judge-replaced.ts";
import { takeSuspectsAway } from "./key-places.ts";
import type { RotateParts } from "./parts.ts";
import { type Place, placeOf } from "./place.ts";
import { aboutOld } from "./proof-of-leaked.ts";
import { boundedBy, type Replacing } from "./replacing.ts";
import { retirePrevious } from "./retire-previous.ts";
import { clientOf } from "./seen-client.ts";
import { notDone, RECORDING } from "./step-record.ts";
import { suspectsOf } from "./suspects.ts";

/** Replaces it, and takes away what was there before; a drill says where it would be. */
export async function replace(incident: Incident, given: RotateParts): Promise<Came> {
  const end = given.deadline - RECORDING;
  const parts = boundedBy(end, incident, given);
  const { rotation } = parts;
  const client = await clientOf(incident, rotation);
  if (!client) return GONE;
  const place = await placeOf(incident, client, parts);
  const unfit = unfitness(client, place);
  if (unfit) return unfit;
  if (incident.drill) return wouldReplace(place);
  const suspects = place.kind === "private-key" ? await suspectsOf(incident, rotation) : undefined;
  const replacing = { incident, parts, rotation, end, place, client, suspects };
  const stored = await give(replacing);
  if (incident.replacedAt === undefined) await noteReplaced(incident, parts);
  const left = await tried(() => cleanUp(replacing, stored));
  if ("value" in left) return judged(replacing, stored, left.value);
  if (left.error.code === "rotation-busy") throw left.error;
  return notDone(replacedIn(place), `the old credential of ${incident.clientId}`, left.error);
}

export const GONE: Came = {
  outcome: "not-applicable",
  message: "The application does not exist: nothing of it is accepted.",
};

/** What cannot be replaced, because nobody logs in with it. */
function unfitness(client: RotatedClient, { kind }: Place): Came | undefined {
  const { clientId } = client;
  if (client.attachedKeys === undefined && client.usesMtls) {
    return { outcome: "not-applicable", message: certificateStays(clientId) };
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

async function cleanUp({ incident, rotation, end, suspects }: Replacing, given: Given): Promise<Left> {
  const { target, version } = given;
  const request = { target, version, deadline: end };
  if (target.kind === "private-key") {
    await atWork(request, rotation, async (work) =>
      takeSuspectsAway(work, suspects, (await currentCredential(work)).credential),
    );
  }
  await endOverlaps(target, rotation);
  await runAftercare(target, end, rotation);
  const isRetired = await atWork(request, rotation, retirePrevious);
  const record = await readRotation(rotation.table, target);
  return { isRetired, record, old: await aboutOld(incident, given, record, rotation) };
}

/** One of the old credentials is what leaked: none of them stays until the end of its overlap. */
async function endOverlaps(target: RotationTarget, { table, clock }: RotationParts): Promise<void> {
  const now = Math.round(clock.now());
  await changeRotation(table, target, (record) => ({
    ...record,
    aftercare: record.aftercare.map((care) => (isOpen(care) && care.from > now ? { ...care, from: now } : care)),
  }));
}
