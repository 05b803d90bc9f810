import { hasCode } from "../../model/curfew-error.ts";
import type { Came } from "../contain/came.ts";
import { leversOf, whyUntouched } from "../contain/known-client.ts";
import { tried } from "../contain/tried.ts";
import { type Incident, isComplete } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { laterThatDecides } from "../incident/later.ts";
import { isNotThere } from "../incident/nowhere.ts";
import type { RotateParts } from "./parts.ts";
import { GONE, replace } from "./replace.ts";
import { isOwnRotator, replacedByHand } from "./replaced-by-hand.ts";
import { boundedBy } from "./replacing.ts";
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
  if (isComplete(incident.steps.rotate) && (await laterThatDecides(parts.table, incident))) return incident;
  return recordCame("rotate", incident, await cameOf(incident, parts), parts);
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
  const message = whyUntouched(incident, parts)
    ? "A person has to have its credential replaced."
    : "What leaked is not the application's own credential: there is none to be replaced.";
  return { outcome: "not-applicable", message };
}

/** Where no rotator can act, a person can; where another incident was opened meanwhile, that one does. */
async function replaceOrSee(incident: Incident, parts: RotateParts): Promise<Came> {
  const later = await laterThatDecides(parts.table, await readIncident(parts.table, incident.id));
  if (later) return leftTo(later);
  const byHand = async (why: string | null): Promise<Came> =>
    isNotThere(incident) ? GONE : replacedByHand(incident, boundedBy(parts.deadline - RECORDING, incident, parts), why);
  if (isOwnRotator(incident, parts)) return byHand(null);
  const got = await tried(() => replace(incident, parts));
  if ("value" in got) return got.value;
  if (got.error.code !== "configuration-invalid") throw got.error;
  return byHand(got.error.message);
}

const leftTo = ({ id }: Incident): Came => ({
  outcome: "not-applicable",
  leftTo: id,
  message: `The incident ${id} about the same application goes on from here, and replaces its credential.`,
});

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
