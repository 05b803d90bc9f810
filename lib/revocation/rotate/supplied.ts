import type { Login } from "../../auth0/login.ts";
import type { ProbeAnswer } from "../../auth0/probe.ts";
import type { Instant } from "../../history/history.ts";
import type { Clock } from "../../model/clock.ts";
import { PROOF_PAUSE, REFUSALS } from "../../rotation/aftercare/proof.ts";
import { calibratedAsk, type Said, SETTLING } from "../../rotation/asking/asking.ts";
import type { RotationTenant } from "../../rotation/ports.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition, isComplete } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import { noteOwnAct } from "../watch/own-acts.ts";
import { lastWriteOf } from "./issuance.ts";
import { LONGEST_TRIAL, type Trial } from "./try-leaked.ts";

/** How many events of the log asking whether it is accepted can leave. */
export const MOST_PROBES = 4 * REFUSALS;

/** `INCIDENT#<id>`, `SUPPLIED`: what became of the credential that a person gave for the proof. Never the credential. */
export interface Supplied {
  /** The runs that saw Auth0 accept what they held, the newest ones: then it was the right one. */
  acceptedIn: readonly string[];
  /** When it was last refused all the time, five times over 30 s. */
  refusedAt: Instant | null;
  /** When a run first saw refused what the same run had seen accepted; null where none has, and since one is accepted. */
  diedAt: Instant | null;
  /** The last time. */
  last: Said;
  at: Instant;
  /** What asking for tokens with it came to, once the application was contained; null while nobody did. */
  trial: SuppliedTrial | null;
}

/** `began` by the clock of whoever records it: the machine of the person who tries may have another. */
export interface SuppliedTrial {
  began: Instant;
  at: Instant;
  came: Trial["came"];
  detail: string | null;
  /** Who tried. */
  by: string;
}

/** What a person's machine tells of its trying: results alone. */
export interface SuppliedReport {
  said: Said;
  /**
   * Made up at random by each run of the command, which reads what leaked once: two results of one run are about one
   * credential, and of two runs nobody knows. It says nothing about the credential, as a hash would.
   */
  run: string;
  trial: Pick<Trial, "came" | "detail"> | null;
}

/** Bounds what the row holds. */
const MOST_RUNS = 20;

/** What trying it works with: no login of Curfew's is needed. */
export interface SuppliedParts {
  table: Table;
  clock: Clock;
  signal: AbortSignal;
  /** Asks the tenant whether it accepts a credential, and obtains nothing. */
  tenant: Pick<RotationTenant, "calibrate" | "probe">;
}

const key = ({ id }: Incident) => ({ partition: incidentPartition(id), sort: "SUPPLIED" });

export const readSupplied = async (table: Table, incident: Incident): Promise<Supplied | undefined> =>
  (await table.get<Supplied>(key(incident)))?.value;

/** `INCIDENT#<id>`, `SUPPLYING`: when a person's machine last began to try. */
const beganKey = ({ id }: Incident) => ({ partition: incidentPartition(id), sort: "SUPPLYING" });

/**
 * Notes that a person's machine is about to try what leaked, so that the watch does not take it for a thief.
 *
 * @param most how many events of the log that can leave
 * @throws CurfewError `store-failed`
 */
export async function beginSupplied(
  incident: Incident,
  most: number,
  { table, clock }: Pick<SuppliedParts, "table" | "clock">,
): Promise<void> {
  const from = Math.round(clock.now());
  await noteOwnAct(table, incident.id, { from, until: from + LONGEST_TRIAL, most, leaves: ["token-refused"] });
  await table.put<Instant>(beganKey(incident), from);
}

/**
 * Records what became of it. What one run saw accepted and then refused is dead. A
 * token that was given out takes the proof back at once.
 *
 * @param by who tried
 * @returns the incident as it is now
 * @throws CurfewError `store-failed`
 */
export async function recordSupplied(
  incident: Incident,
  { said, run, trial }: SuppliedReport,
  by: string,
  { table, clock }: Pick<SuppliedParts, "table" | "clock">,
): Promise<Incident> {
  const at = Math.round(clock.now());
  const known = await readSupplied(table, incident);
  const began = (await table.get<Instant>(beganKey(incident)))?.value ?? at;
  const supplied: Supplied = {
    ...answered(known, said, run, at),
    last: said,
    at,
    trial: trial ? { ...trial, began, at, by } : (known?.trial ?? null),
  };
  await table.put<Supplied>(key(incident), supplied);
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
  said: Said,
  run: string,
  at: Instant,
): Pick<Supplied, "acceptedIn" | "refusedAt" | "diedAt"> {
  const { acceptedIn = [], refusedAt = null, diedAt = null } = known ?? {};
  switch (said) {
    case "accepted":
      return { acceptedIn: [...new Set([...acceptedIn, run])].slice(-MOST_RUNS), refusedAt: null, diedAt: null };
    case "refused":
      return { acceptedIn, refusedAt: at, diedAt: diedAt ?? (acceptedIn.includes(run) ? at : null) };
    case "unknown":
      return { acceptedIn, refusedAt, diedAt };
  }
}

/** Whether what leaked was seen to die. Where it should be replaced and is not, what was tried was something else. */
export const isSeenDead = ({ steps: { rotate } }: Pick<Incident, "steps">, supplied: Supplied | undefined): boolean =>
  supplied !== undefined && supplied.diedAt !== null && rotate !== undefined && rotate.outcome !== "incomplete";

/**
 * Why what a person tried keeps anybody from calling the application closed; null where it does not. What was taken away
 * again since then has to be tried again.
 */
export function contradictionOf(incident: Incident, supplied: Supplied | undefined): string | null {
  const trial = latestTrial(incident, supplied);
  if (trial?.came !== "issued" || incident.drill || isComplete(incident.steps.restore)) return null;
  return `What leaked STILL GETS a token for ${trial.detail ?? "an API"}, as ${trial.by} has tried. Try it again with the same command (--old-secret-file).`;
}

/** Whether a person has tried what leaked since everything was taken away and known everywhere, and it got nothing. */
export function isProvenBy(incident: Incident, supplied: Supplied | undefined): boolean {
  const trial = latestTrial(incident, supplied);
  return trial?.came === "nothing" && trial.at >= lastWriteOf(incident) + SETTLING;
}

const latestTrial = (incident: Incident, supplied: Supplied | undefined): SuppliedTrial | undefined =>
  supplied?.trial && supplied.trial.began >= lastWriteOf(incident) ? supplied.trial : undefined;

/**
 * Asks whether Auth0 still accepts a credential that a person gave, on that person's machine. Refused means: five times
 * over 30 s, as for every proof. To be called once before the credential is replaced, if there is time, and once after.
 *
 * @throws CurfewError `rotation-refused` where Auth0's answers mean nothing for this application, `rotation-unfinished`,
 * retryable, where it did not answer, `interrupted`
 */
export async function trySupplied(
  leaked: Login,
  { clock, signal, tenant }: Omit<SuppliedParts, "table">,
): Promise<Said> {
  const settings = { clientId: leaked.clientId, kind: leaked.method };
  const credential = leaked.method === "client-secret" ? leaked.secret : leaked.privateKeyJwk;
  const asked = { ...tenant, obtainToken: async () => NEVER_ASKED };
  const ask = await calibratedAsk({ settings, tenant: async () => asked }, credential);
  for (let asked = 1; ; asked += 1) {
    const said = await ask(credential);
    if (said !== "refused" || asked === REFUSALS) return said;
    await clock.sleep(PROOF_PAUSE, signal);
  }
}

const NEVER_ASKED: ProbeAnswer = { answer: "unknown", detail: "no token is asked for" };

/** What that proves, in a sentence; empty where nobody gave anything. */
export function aboutSupplied(incident: Pick<Incident, "steps">, supplied: Supplied | undefined): string {
  if (!supplied) return "";
  const { refusedAt, last, trial } = supplied;
  if (last === "accepted" && trial?.came === "nothing") {
    return "The credential that a person gave is still accepted, and gets no token.";
  }
  if (last === "accepted") return "The credential that a person gave is still accepted.";
  if (refusedAt === null) return "Auth0 did not say whether it accepts the credential that a person gave.";
  return isSeenDead(incident, supplied)
    ? "The credential that a person gave was accepted before, and is refused now: it is dead."
    : "The credential that a person gave is refused, as it should be; that it was the application's before nobody saw from here, so that alone proves nothing.";
}
