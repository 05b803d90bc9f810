import type { Instant } from "../../history/history.ts";
import { updateRow } from "../../history/update-row.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import { noteOwnAct } from "../watch/own-acts.ts";
import {
  contradictionOf,
  type Supplied,
  type SuppliedParts,
  type SuppliedReport,
  type SuppliedTrial,
  suppliedKey,
} from "./supplied.ts";
import { LONGEST_TRIAL } from "./try-leaked.ts";

/** Bounds what the row holds. */
const MOST_RUNS = 20;

/** `INCIDENT#<id>`, `SUPPLYING#<run>`: when a run last began to try. */
const beganKey = ({ id }: Incident, run: string) => ({ partition: incidentPartition(id), sort: `SUPPLYING#${run}` });

/**
 * Notes that a person's machine is about to try what leaked, so that the watch does not take it for a thief.
 *
 * @param began how many events of the log that can leave, and which run of the command it is
 * @throws CurfewError `store-failed`
 */
export async function beginSupplied(
  incident: Incident,
  began: { begins: number; run: string },
  { table, clock }: Pick<SuppliedParts, "table" | "clock">,
): Promise<void> {
  const from = Math.round(clock.now());
  await noteOwnAct(table, incident.id, {
    from,
    until: from + LONGEST_TRIAL,
    most: began.begins,
    leaves: ["token-refused"],
  });
  await table.put<Instant>(beganKey(incident, began.run), from);
}

/**
 * Records what became of it. What one run saw accepted and then refused is dead. A token that was given out takes the
 * proof back at once. Runs may be under way beside each other, and have other files: what one has seen, no other's
 * result takes back.
 *
 * @param by who tried
 * @returns the incident as it is now
 * @throws CurfewError `store-failed`
 */
export async function recordSupplied(
  incident: Incident,
  report: SuppliedReport,
  by: string,
  { table, clock }: Pick<SuppliedParts, "table" | "clock">,
): Promise<Incident> {
  const at = Math.round(clock.now());
  const { said, trial } = report;
  const began = (await table.get<Instant>(beganKey(incident, report.run)))?.value ?? at;
  const known = await table.get<Supplied>(suppliedKey(incident));
  const told = trial && { ...trial, began, at, by };
  const { value: supplied } = await updateRow<Supplied>(table, suppliedKey(incident), known, (before) => ({
    ...answered(before, report, at),
    last: said,
    at,
    trial: told ?? before?.trial ?? null,
    issued: issuedBy(before?.issued ?? null, report, told),
  }));
  const what = "Tried the credential that they gave for the proof.";
  const answer = trial ? `${said}; asked for tokens: ${trial.came}` : said;
  await addToTimeline(table, incident.id, { at, who: by, what, answer });
  const missing = contradictionOf(incident, supplied);
  if (missing === null) return incident;
  const message = "It is not proven that no new token is given out.";
  return recordStep(table, incident.id, "prove", {
    at,
    outcome: "incomplete",
    message,
    missing: [missing],
    code: null,
  });
}

function answered(
  known: Supplied | undefined,
  { said, run }: SuppliedReport,
  at: Instant,
): Pick<Supplied, "acceptedIn" | "refusedAt" | "diedAt" | "accepted"> {
  const { acceptedIn = [], refusedAt = null, diedAt = null, accepted = null } = known ?? {};
  switch (said) {
    case "accepted": {
      const runs = [...new Set([...acceptedIn, run])].slice(-MOST_RUNS);
      return { acceptedIn: runs, refusedAt: null, diedAt: null, accepted: { run, at } };
    }
    case "refused": {
      const died = diedAt ?? (acceptedIn.includes(run) ? at : null);
      return { acceptedIn, refusedAt: at, diedAt: died, accepted: accepted?.run === run ? null : accepted };
    }
    case "unknown":
      return { acceptedIn, refusedAt, diedAt, accepted };
  }
}

/** Whatever is refused may be another file; what gets no token is the application's own. */
function issuedBy(
  known: Supplied["issued"],
  { said, run, trial }: SuppliedReport,
  told: SuppliedTrial | null,
): Supplied["issued"] {
  if (told?.came === "issued") return { ...told, run };
  const isDead = known?.run === run && (said === "refused" || trial?.came === "refused");
  const isStopped = told?.came === "nothing" && told.began >= (known?.at ?? 0);
  return isDead || isStopped ? null : known;
}
