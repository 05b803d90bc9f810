import { isBegun, isGivenBack, isOpened } from "../incident/how-far.ts";
import { type Incident, isComplete } from "../incident/incident.ts";
import { changeIncident, recordStep } from "../incident/incidents.ts";
import { deciding } from "../incident/later.ts";
import { mayHaveAcl } from "../incident/network-rule.ts";
import { isNotThere, nowhereSince } from "../incident/nowhere.ts";
import { pauseAfter } from "../pause.ts";
import { A_DAY, lastAnswer } from "./how-long.ts";
import type { RespondParts } from "./respond.ts";
import { ON, type Way } from "./way.ts";

/** What ends the question, or leaves it to another incident; undefined where this one asks. */
export async function nothingToAsk(
  incident: Incident,
  others: readonly Incident[],
  parts: RespondParts,
): Promise<Way | undefined> {
  const { restore } = incident.steps;
  if (incident.closedAt !== null || isComplete(restore)) return ON;
  if (restore?.outcome === "not-applicable" && restore.leftTo === undefined) return ON;
  if (incident.ended) return isBegun(incident) ? endedInPart(incident, parts) : notGiven(ENDED, incident, parts);
  if (isGivenBack(incident)) return notGiven(GIVEN_BACK, incident, parts);
  const later = deciding(others);
  if (later) return leftTo(later, incident, parts);
  if (restore?.outcome === "not-applicable") await forgetLeft(incident, parts);
  if (incident.leak?.levers.length === 0 || nowhereSince(incident) !== null)
    return notGiven(withAcl(NOTHING_TAKEN, incident), incident, parts);
  return isNotThere(incident) ? notGiven(withAcl(GONE, incident), incident, parts) : undefined;
}

/** What is left to a later incident may come back to this one, unless that one has given all of it back. */
export function isSettled(incident: Incident): boolean {
  const { restore } = incident.steps;
  if (isComplete(restore) || isGivenBack(incident)) return true;
  return restore?.outcome === "not-applicable" && restore.leftTo === undefined;
}

const ENDED = "A person has ended the incident: nothing is given back.";

const NOTHING_TAKEN = "Nothing was taken away from the application, so there is nothing to give back.";

const GIVEN_BACK = "A later incident has given access back.";

const GONE = "The application is gone, so there is nothing to give access back to.";

/** What else was done goes without being asked for. */
const withAcl = (message: string, incident: Incident): string =>
  !incident.drill && mayHaveAcl(incident)
    ? `${message} The network ACL is taken away when the incident is closed.`
    : message;

async function notGiven(message: string, incident: Incident, { table, clock }: RespondParts): Promise<Way> {
  await recordStep(table, incident.id, "restore", { at: clock.now(), outcome: "not-applicable", message });
  return ON;
}

/** A person may end the one that decides, and then this one asks: it is looked at as long as it may be answered. */
async function leftTo(later: Incident, incident: Incident, { table, clock }: RespondParts): Promise<Way> {
  const { restore } = incident.steps;
  const now = clock.now();
  const message = `What is given back is decided in the incident ${later.id}.`;
  if (restore?.outcome !== "not-applicable" || restore.leftTo !== later.id)
    await recordStep(table, incident.id, "restore", { at: now, outcome: "not-applicable", message, leftTo: later.id });
  const end = lastAnswer(incident);
  if (incident.drill || later.closedAt !== null || now >= end) return ON;
  const untilEnd = Math.ceil((end - now) / 1_000);
  return { next: "again", wait: Math.min(pauseAfter(now - incident.openedAt), A_DAY, untilEnd) };
}

/** What another incident was to decide is to be decided here after all. */
const forgetLeft = ({ id }: Incident, { table }: RespondParts): Promise<Incident> =>
  changeIncident(table, id, ({ steps: { restore: _, ...steps }, ...known }) => ({ ...known, steps }));

/** What is said where it did not come to its end. */
export const IN_PART =
  "Giving access back was approved and begun, and did not come to its end: the application may get tokens again.";

async function endedInPart(incident: Incident, parts: RespondParts): Promise<Way> {
  await recordNotGiven(incident, [isOpened(incident) ? IN_PART : GRANTS_ALONE], parts);
  return ON;
}

const GRANTS_ALONE =
  "A person has ended the incident while access was being given back: grants that were approved may be there; the application stays locked.";

/** Records why access is not given back; the same again is not recorded again. */
export async function recordNotGiven(
  incident: Incident,
  missing: readonly string[],
  { table, clock }: RespondParts,
): Promise<void> {
  const { restore } = incident.steps;
  if (restore?.outcome === "incomplete" && restore.missing[0] === missing[0]) return;
  const message = isBegun(incident) ? "Access is not given back as approved." : "Access is not given back.";
  await recordStep(table, incident.id, "restore", {
    at: clock.now(),
    outcome: "incomplete",
    message,
    missing,
    code: null,
  });
}
