import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { jsonText } from "../../lib/reports/json.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { listIncidents, readIncident } from "../../lib/revocation/incident/incidents.ts";
import { readTimeline, type StoredEntry } from "../../lib/revocation/incident/timeline.ts";
import { giveBackByHand } from "../../lib/revocation/local/by-hand.ts";
import type { Table } from "../../lib/store/table.ts";
import { byHandText } from "../incident/by-hand-text.ts";
import { entryJson, incidentJson } from "../incident/incident-json.ts";
import { incidentList } from "../incident/incident-list.ts";
import { incidentPlace, mustHaveIncidents, type PlaceOptions } from "../incident/incident-place.ts";
import { entryText, incidentText } from "../incident/incident-text.ts";
import { type Standing, standingOf } from "../incident/standing.ts";
import { standingTeller } from "../incident/tell-standing.ts";
import { stepTeller } from "../incident/tell-steps.ts";
import { unfollowedText } from "../incident/where-it-stands.ts";
import { configUnnamed } from "../naming-config.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew incidents`. */
export interface IncidentsOptions extends PlaceOptions {
  format: "table" | "json";
}

/** Options of `curfew incidents show`. */
export interface ShowOptions extends IncidentsOptions {
  /** Go on until it is closed. */
  follow: boolean;
}

/** Lists all incidents, the newest first. */
export async function runIncidents(
  options: IncidentsOptions,
  terminal: Terminal,
  { signal }: Invocation,
): Promise<void> {
  using place = await incidentPlace(options, signal);
  const incidents = place.table ? await allIncidents(place.table) : [];
  if (options.format === "json") {
    const generatedAt = new Date(systemClock.now()).toISOString();
    const document = { schemaVersion: 1, generatedAt, incidents: incidents.map(incidentJson) };
    terminal.out(jsonText(document, incidents.length));
  } else
    terminal.out(incidents.length === 0 ? "There are no incidents.\n" : `${incidentList(incidents, terminal.width)}\n`);
}

async function allIncidents(table: Table): Promise<Standing[]> {
  const incidents: Standing[] = [];
  for await (const incident of listIncidents(table)) incidents.push(await standingOf(incident, table, systemClock));
  return incidents;
}

/** Shows one incident with its timeline and, where that is wanted, what comes next as it comes. */
export async function runIncidentShow(
  id: string,
  options: ShowOptions,
  terminal: Terminal,
  { signal }: Invocation,
): Promise<void> {
  if (options.follow && options.format === "json") {
    throw new CurfewError("arguments-invalid", "--follow is for people; leave it out, or --format json.");
  }
  using place = await incidentPlace(options, signal);
  const table = mustHaveIncidents(place.table);
  const incident = await readIncident(table, id);
  const standing = await standingOf(incident, table, systemClock);
  const entries: StoredEntry[] = [];
  for await (const entry of readTimeline(table, id)) entries.push(entry);
  if (options.format === "json") {
    const generatedAt = new Date(systemClock.now()).toISOString();
    const document = {
      schemaVersion: 1,
      generatedAt,
      incident: incidentJson(standing),
      timeline: entries.map(entryJson),
    };
    terminal.out(jsonText(document, entries.length));
    return;
  }
  const { width } = terminal;
  const timeline = entries.map((entry) => `${entryText(entry, width, incident.openedAt)}\n`).join("");
  const byHand = options.local ? byHandText(await giveBackByHand(incident, table), width) : "";
  const text = `${incidentText(standing, width)}\n\nTimeline:\n${timeline === "" ? "  nothing yet\n" : timeline}${byHand}`;
  const unnamed = configUnnamed(text);
  terminal.out(unnamed === "" ? text : `${text}\n${wrapped(unnamed, width)}\n`);
  if (options.follow)
    await followOn(standing, entries.at(-1)?.position, { table, isLocal: options.local }, terminal, signal);
}

/** Between two looks. Milliseconds. */
const LOOK = 2_000;

/** Where the incident is looked at. */
interface Looked {
  table: Table;
  isLocal: boolean;
}

/** Tells what is new until the incident is closed. */
async function followOn(
  known: Standing,
  last: string | undefined,
  { table, isLocal }: Looked,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { incident: shown } = known;
  const tell = stepTeller(terminal, shown);
  const tellStanding = standingTeller(terminal, known);
  let position = last;
  for (let incident = shown; incident.closedAt === null; incident = await readIncident(table, shown.id)) {
    tell(incident);
    for await (const entry of readTimeline(table, shown.id, position)) {
      terminal.out(`${entryText(entry, terminal.width, shown.openedAt)}\n`);
      position = entry.position;
    }
    if (!incident.ended) tellStanding(await standingOf(incident, table, systemClock));
    await untilLook(shown.id, isLocal, signal);
  }
  terminal.out(`The incident ${shown.id} is closed.\n`);
}

async function untilLook(id: string, isLocal: boolean, signal: AbortSignal): Promise<void> {
  try {
    await delay(LOOK, undefined, { signal });
  } catch {
    throw new CurfewError("interrupted", unfollowedText(id, isLocal));
  }
}
