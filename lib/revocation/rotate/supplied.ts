import { moment } from "../../alerts/change-alert.ts";
import type { Login } from "../../auth0/login.ts";
import type { ProbeAnswer } from "../../auth0/probe.ts";
import type { Instant } from "../../history/history.ts";
import type { Clock } from "../../model/clock.ts";
import { PROOF_PAUSE, REFUSALS } from "../../rotation/aftercare/proof.ts";
import { calibratedAsk, type Said, SETTLING } from "../../rotation/asking/asking.ts";
import type { RotationTenant } from "../../rotation/ports.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition, isComplete } from "../incident/incident.ts";
import { lastWriteOf } from "./issuance.ts";
import type { Trial } from "./try-leaked.ts";

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
  /** That it was accepted last; null where it never was, and since the same run saw it refused. */
  accepted: { run: string; at: Instant } | null;
  /** The last time. */
  last: Said;
  at: Instant;
  /** What asking for tokens with it came to, once the application was contained; null while nobody did. */
  trial: SuppliedTrial | null;
  /** That it got a token; null where it never did, since the same run saw it refused, and since it was tried and got none. */
  issued: (SuppliedTrial & { run: string }) | null;
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

/** What trying it works with: no login of Curfew's is needed. */
export interface SuppliedParts {
  table: Table;
  clock: Clock;
  signal: AbortSignal;
  /** Asks the tenant whether it accepts a credential, and obtains nothing. */
  tenant: Pick<RotationTenant, "calibrate" | "probe">;
}

export const suppliedKey = ({ id }: Incident) => ({ partition: incidentPartition(id), sort: "SUPPLIED" });

export const readSupplied = async (table: Table, incident: Incident): Promise<Supplied | undefined> =>
  (await table.get<Supplied>(suppliedKey(incident)))?.value;

/** Whether what leaked was seen to die. Where it should be replaced and is not, what was tried was something else. */
export const isSeenDead = ({ steps: { rotate } }: Pick<Incident, "steps">, supplied: Supplied | undefined): boolean =>
  supplied !== undefined && supplied.diedAt !== null && rotate !== undefined && rotate.outcome !== "incomplete";

/** Whether what a person gave was accepted, and nothing says that it is not any more. */
export const isStillAccepted = (incident: Pick<Incident, "steps">, supplied: Supplied | undefined): boolean =>
  supplied?.accepted != null && supplied.accepted.at >= replacedBy(incident);

/** By when it was replaced to the end; 0 while it is not. */
const replacedBy = ({ steps: { rotate } }: Pick<Incident, "steps">): Instant =>
  rotate?.outcome === "done" ? rotate.at : 0;

/**
 * Why what a person tried keeps anybody from calling the application closed; null where it does not. What was taken away
 * again since then has to be tried again; once it is replaced, tokens are asked for with the new one.
 */
export function contradictionOf(incident: Incident, supplied: Supplied | undefined): string | null {
  const { issued } = supplied ?? {};
  if (!issued || issued.began < lastWriteOf(incident) || incident.drill || isComplete(incident.steps.restore))
    return null;
  return `What leaked STILL GETS a token for ${issued.detail ?? "an API"}, as ${issued.by} has tried. Try it again with the same command (--old-secret-file).`;
}

/** Whether a person has tried what leaked since everything was taken away and known everywhere, and it got nothing. */
export function isProvenBy(incident: Incident, supplied: Supplied | undefined): boolean {
  const { trial } = supplied ?? {};
  const since = lastWriteOf(incident);
  return trial?.came === "nothing" && trial.began >= since && trial.at >= since + SETTLING;
}

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
  const { refusedAt, last, trial, accepted, diedAt } = supplied;
  if (isStillAccepted(incident, supplied)) {
    return `The credential that a person gave is still accepted${trial?.came === "nothing" ? ", and gets no token" : ""}.`;
  }
  if (last === "accepted" && accepted) {
    return `The credential that a person gave was accepted at ${moment(new Date(accepted.at).toISOString())}, before it was replaced; nobody has tried it since: npx curfew revoke … --old-secret-file FILE does.`;
  }
  if (refusedAt === null) return "Auth0 did not say whether it accepts the credential that a person gave.";
  if (diedAt === null) return NEVER_ACCEPTED;
  return isSeenDead(incident, supplied) ? DEAD : NOT_REPLACED;
}

const NEVER_ACCEPTED =
  "The credential that a person gave is refused, as it should be; that it was the application's before nobody saw from here, so that alone proves nothing.";
const DEAD = "The credential that a person gave was accepted before, and is refused now: it is dead.";
const NOT_REPLACED =
  "The credential that a person gave was accepted before, and is refused now, though Curfew has not replaced it to the end: that proves nothing yet.";
