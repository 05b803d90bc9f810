import { askForToken } from "../lib/auth0/ask-for-token.ts";
import type { Login } from "../lib/auth0/login.ts";
import { incidentDesk } from "../lib/aws/incident-desk.ts";
import type { TenantConfig } from "../lib/config/schema.ts";
import { systemClock } from "../lib/model/clock.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { incidentSettings } from "../lib/revocation/from-config.ts";
import type { Incident } from "../lib/revocation/incident/incident.ts";
import { addToTimeline } from "../lib/revocation/incident/timeline.ts";
import { LONGEST_TRIAL, requestsOf, type Trial, tryLeaked } from "../lib/revocation/rotate/try-leaked.ts";
import { noteOwnAct } from "../lib/revocation/watch/own-acts.ts";
import type { Table } from "../lib/store/table.ts";
import { AUTH0_HERE } from "./auth0-here.ts";
import { openDeployedLedger } from "./deployed-ledger.ts";
import { followIncident } from "./follow-incident.ts";
import { planQuestion, planText } from "./incident-plan-text.ts";
import type { LeakRequest } from "./incident-request.ts";
import { followCommand, isAsGoodAsContained } from "./incident-text.ts";
import { personAgrees } from "./person-agrees.ts";
import type { Invocation } from "./run-command-line.ts";
import type { Terminal } from "./terminal.ts";

/** What the deployed stack is asked for. */
interface DeployedOrder {
  request: LeakRequest;
  tenant: TenantConfig;
  /** What leaked, to be tried from here afterwards. */
  leaked: Login | null;
  /** Do not ask. */
  yes: boolean;
  table?: string;
  /** The URL of the desk. */
  desk?: string;
}

/** Starts an incident at the deployed desk, and tells how it goes until it is contained, or is not. */
export async function revokeDeployed(order: DeployedOrder, terminal: Terminal, invocation: Invocation): Promise<void> {
  const { request, tenant, leaked, yes } = order;
  const { signal, setExitCode } = invocation;
  const named = { ...(order.desk ? { url: order.desk } : {}), ...(order.table ? { table: order.table } : {}) };
  const desk = incidentDesk(named, signal);
  const { table: name } = await desk.place();
  const plan = { request, tenant, isLocal: false, client: undefined };
  terminal.err(planText(plan, terminal.width));
  const question = { question: planQuestion(plan), otherwise: "contain it", yes };
  if (!(await personAgrees(question, terminal, invocation))) return;
  setExitCode(1); // until it is known to be contained
  const id = await desk.start(request);
  terminal.err(`\nThe incident ${id} is open, and goes on whatever becomes of this command.\n`);
  try {
    const table = await openDeployedLedger(name);
    const incident = await followIncident(id, { table, settings: incidentSettings(tenant) }, terminal, signal);
    if (leaked) await tryHere(incident, leaked, { table, tenant, signal }, terminal);
    setExitCode(isAsGoodAsContained(incident) ? 0 : 1);
    terminal.err(`${AND_THEN}${followCommand(id)}\n`);
  } catch (error) {
    if (signal.aborted)
      throw new CurfewError(
        "interrupted",
        `No longer following; the incident goes on. ${AND_THEN}${followCommand(id)}`,
      );
    if (!(error instanceof CurfewError)) throw error;
    terminal.err(`The incident goes on, but cannot be followed from here: ${error.message}\n`);
  }
}

const AND_THEN = "How it goes on: ";

/** Tries what leaked with the token endpoint, and notes what came of it where this person may write. */
async function tryHere(
  incident: Incident,
  leaked: Login,
  { table, tenant, signal }: { table: Table; tenant: TenantConfig; signal: AbortSignal },
  { out, err }: Terminal,
): Promise<void> {
  const { domain, origin } = tenant;
  const address = { domain, ...(origin === undefined ? {} : { origin }) };
  const audiences = [...new Set([...(incident.token?.audience ?? []), `https://${domain}/api/v2/`])];
  const from = systemClock.now();
  const own = { from, until: from + LONGEST_TRIAL, most: requestsOf(audiences), leaves: ["token-refused" as const] };
  err("What leaked is tried from here; that takes a minute or two.\n");
  const noted = await unlessRefused(() => noteOwnAct(table, incident.id, own));
  const ask = (audience: string) => askForToken(address, leaked, audience, AUTH0_HERE, signal);
  const changedAt = Math.max(incident.openedAt, incident.steps.lock?.at ?? 0, incident.steps.contain?.at ?? 0);
  const trial = await tryLeaked(audiences, changedAt, { ask, clock: systemClock, signal });
  const entry = {
    at: trial.at,
    who: "a person",
    what: "Tried what leaked, from their own machine",
    answer: trial.came,
  };
  const kept = noted && (await unlessRefused(() => addToTimeline(table, incident.id, entry)));
  out(`${TRIED[trial.came](trial)}${kept ? "" : " This is not on record: your role may not write to the table."}\n`);
}

const TRIED: Readonly<Record<Trial["came"], (trial: Trial) => string>> = {
  nothing: () => "What leaked was tried from here, and gets no token any more.",
  issued: ({ detail }) => `What leaked was tried from here, and STILL GETS a token for ${detail}.`,
  refused: () =>
    "Auth0 refuses what was given as the old secret: it is replaced already, or it is not the one that leaked.",
  unknown: ({ detail }) => `What leaked was tried from here, and Auth0's answers tell nothing: ${detail}.`,
};

/** A person's role need not be allowed to write. */
async function unlessRefused(write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code !== "store-failed") throw error;
    return false;
  }
}
