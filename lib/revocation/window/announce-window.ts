import { readLifetimes } from "../../history/lifetimes.ts";
import type { IncidentTurn } from "../alerts/incident-turn.ts";
import { tellIncident } from "../alerts/tell.ts";
import { type Incident, isContained, stoppedAt } from "../incident/incident.ts";
import { changeIncident } from "../incident/incidents.ts";
import { notDone } from "../incident/not-done.ts";
import { nowhereSince } from "../incident/nowhere.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { Inventories } from "../investigate/inventories.ts";
import { readInvestigation } from "../investigate/investigation-record.ts";
import { readEnded } from "../key-revocation/ended-tokens.ts";
import type { IncidentParts } from "../parts.ts";
import type { Issued } from "../watch/issued.ts";
import { refutesRevocation } from "../watch/user-tokens.ts";
import { readWatch, type WatchRecord } from "../watch/watch-record.ts";
import { LONGEST_LIFETIME } from "./api-lifetimes.ts";
import type { ApiReading, KnownLifetimes } from "./api-looks.ts";
import { knownReach } from "./known-reach.ts";
import { knownReadings, readingsOf } from "./readings.ts";
import { refreshTokensRevoked } from "./refresh-tokens.ts";
import { type ExposureWindow, exposureWindow, type WindowQuestion } from "./window.ts";
import { windowLine } from "./window-text.ts";

/**
 * Computes until when what is out still works, with what is known now, records it, and tells people whether the leak is
 * contained. To be called again whenever something was done or proven anew: what did not change is not told again.
 */
export async function announceWindow(
  incident: Incident,
  parts: IncidentParts,
  inventories: Pick<Inventories, "before">,
): Promise<Incident> {
  const window = withEnd(incident, await computeWindow(incident, parts, inventories));
  // Before it is recorded: whoever dies in between tells it again.
  await tellLaterEnd(incident, window, parts);
  const announced = await changeIncident(parts.table, incident.id, (known) => withWindow(known, window));
  if (isOther(incident.window, window)) {
    const entry = {
      at: parts.clock.now(),
      who: "curfew",
      what: `Computed until when what is out ${incident.drill ? "would work" : "works"}.`,
    };
    await addToTimeline(parts.table, incident.id, { ...entry, answer: windowLine(window) });
  }
  // Of one that a person has ended nobody watches or goes on: what is known of it stands in the evidence.
  if (announced.ended) return announced;
  await tellState(announced, parts);
  await tellUnreplaced(announced, parts);
  return announced;
}

function withWindow(known: Incident, window: ExposureWindow): Incident {
  const provenAt = stoppedAt(known);
  return { ...known, window, ...(provenAt !== null && { provenAt }) };
}

/** Nothing is issued for an application that is not there: what may be out of one that was deleted is over at last. */
function withEnd(incident: Incident, window: ExposureWindow): ExposureWindow {
  const since = nowhereSince(incident);
  if (since === null || window.state === "closes") return window;
  const { apis, others, tokenUntil } = window;
  return { apis, others, tokenUntil, state: "closes", at: since + LONGEST_LIFETIME * 1_000 };
}

async function computeWindow(
  incident: Incident,
  parts: IncidentParts,
  inventories: Pick<Inventories, "before">,
): Promise<ExposureWindow> {
  const watched = await watchedOf(incident, parts);
  const stop = stopOf(incident, watched?.issued);
  const said = await refreshTokensRevoked(parts.table, incident.id);
  const readings = await readingsOf(incident.id, stop && Math.max(stop, said?.at ?? stop), parts);
  const records = await readLifetimes(parts.table, parts.settings.tenant);
  return windowFrom(incident, { readings, records, watched }, parts, inventories);
}

/**
 * Until when what is out works, with what the table holds now: an answer before the step has computed it, for whoever
 * cannot or need not ask Auth0. It is a bound: later looks may only shorten it, tokens that are given out meanwhile
 * aside. Nothing is recorded.
 *
 * @param lifetimes reads what audits saw of the APIs. It decides until when, and nothing of what keeps a window open: who
 * asks for that alone, and may not read the tenant's rows, gives none
 */
export async function windowSoFar(
  incident: Incident,
  { table, clock }: Pick<IncidentParts, "table" | "clock">,
  lifetimes: typeof readLifetimes = readLifetimes,
): Promise<ExposureWindow> {
  const readings = await knownReadings(incident.id, table);
  const settings = { domain: domainIn(readings) };
  const records = await lifetimes(table, incident.tenant);
  const known = { readings, records, watched: await watchedOf(incident, { table }) };
  const parts = { table, clock, settings };
  return withEnd(incident, await windowFrom(incident, known, parts));
}

/**
 * The tenant's domain, from the name of its Management API. Null where nobody has listed the APIs yet: every API counts
 * for the longest time there is then, and the domain makes no difference.
 */
function domainIn(readings: readonly ApiReading[]): string | null {
  const names = readings.flatMap(({ apis }) =>
    apis.map(({ identifier }) => MANAGEMENT_API.exec(String(identifier))?.[1]),
  );
  const [domain = null, ...others] = new Set(names.filter((name) => name !== undefined));
  return others.length === 0 ? domain : null;
}

const MANAGEMENT_API = /^https:\/\/([^/]+)\/api\/v2\/$/;

type WindowParts = Pick<IncidentParts, "table" | "clock"> & { settings: Pick<WindowQuestion, "domain"> };

async function windowFrom(
  incident: Incident,
  { watched, ...lifetimes }: KnownLifetimes & { watched: WatchRecord | undefined },
  { table, clock, settings }: WindowParts,
  inventories?: Pick<Inventories, "before">,
): Promise<ExposureWindow> {
  const said = await refreshTokensRevoked(table, incident.id);
  const isRefuted = refutesRevocation(said, watched?.users);
  const earlier = (await readInvestigation(table, incident.id))?.value;
  return exposureWindow({
    domain: settings.domain,
    now: clock.now(),
    reportedAt: incident.openedAt,
    token: incident.token,
    reach: await knownReach(incident, { table, now: clock.now(), earlier, watched, inventories }),
    lifetimesAreChosen: incident.leak?.kind === "explorer-token",
    stoppedAt: stopOf(incident, watched?.issued),
    refreshTokensRevokedAt: isRefuted ? null : (said?.at ?? null),
    refutedSince: isRefuted ? said?.at : undefined,
    ended: await readEnded(table, incident.id),
    ...lifetimes,
  });
}

/** Kinds of which the application's own credential is no part: nobody gets tokens for the application with what leaked. */
const WITHOUT_CREDENTIAL: ReadonlySet<string> = new Set(["user-token", "public-client", "opaque-token"]);

/** What the log shows: tokens that were given out although nothing should be, and what users' refresh tokens got. */
const watchedOf = async ({ id }: Incident, { table }: Pick<IncidentParts, "table">): Promise<WatchRecord | undefined> =>
  (await readWatch(table, id))?.value;

/** Never before a token that was seen to be given out. */
function stopOf(incident: Incident, issued: Issued | null | undefined): number | null {
  const stop = WITHOUT_CREDENTIAL.has(incident.leak?.kind ?? "") ? incident.openedAt : stoppedAt(incident);
  return stop === null ? null : Math.max(stop, issued?.at ?? stop);
}

/** What is known of an open window moves with every look. */
function isOther(before: ExposureWindow | null, after: ExposureWindow): boolean {
  if (before?.state === "open" && after.state === "open") return before.because.join() !== after.because.join();
  return windowLine(before) !== windowLine(after);
}

/** For so long a new credential is nobody's news: replacing one takes minutes. Milliseconds. */
const TO_REPLACE = 15 * 60_000;

/** What replaces the credential tells nobody; here people hear where that does not come about. */
async function tellUnreplaced(incident: Incident, parts: IncidentParts): Promise<void> {
  const { steps, openedAt, drill } = incident;
  if (drill || steps.rotate?.outcome !== "incomplete" || parts.clock.now() < openedAt + TO_REPLACE) return;
  const { at, missing, message: why, code } = steps.rotate;
  await tellIncident(incident, { turn: "left-undone", step: "rotate", at, missing, why, code }, parts);
}

/** What is contained is told with its end, and what is not proven to be stopped as not contained: both are told anew. */
async function tellLaterEnd(incident: Incident, window: ExposureWindow, parts: IncidentParts): Promise<void> {
  const { window: before, drill } = incident;
  const isLater = before?.state === "closes" && (window.state === "open" || window.at > before.at);
  if (drill || !isLater || !isOther(before, window) || stopOf(incident, null) === null) return;
  if (stateOf(incident, parts)?.turn === "contained") return;
  await tellIncident({ ...incident, window }, { turn: "ends-later", at: parts.clock.now(), told: before.at }, parts);
}

async function tellState(incident: Incident, parts: IncidentParts): Promise<void> {
  const turn = stateOf(incident, parts);
  if (turn) await tellIncident(incident, turn, parts);
}

function stateOf(incident: Incident, { clock }: Pick<IncidentParts, "clock">): IncidentTurn | undefined {
  // Giving back is told as that.
  if (incident.restored && incident.restored.refutedAt === undefined) return undefined;
  const at = stoppedAt(incident);
  const isAsGood = incident.drill && incident.leak?.isContainable === true && at !== null;
  return at !== null && (isAsGood || isContained(incident))
    ? { turn: "contained", at }
    : { turn: "not-contained", at: clock.now(), missing: notDone(incident) };
}
