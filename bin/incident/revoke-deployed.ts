import { randomUUID } from "node:crypto";
import { askForToken } from "../../lib/auth0/ask-for-token.ts";
import type { Login } from "../../lib/auth0/login.ts";
import { calibrate, type ProbeEndpoint, probeCredential } from "../../lib/auth0/probe.ts";
import { type IncidentDeskClient, incidentDesk } from "../../lib/aws/incident-desk.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { incidentSettings } from "../../lib/revocation/from-config.ts";
import { isComplete } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { audiencesOf, lastWriteOf } from "../../lib/revocation/rotate/issuance.ts";
import { aboutSupplied, MOST_PROBES, readSupplied, trySupplied } from "../../lib/revocation/rotate/supplied.ts";
import { requestsOf, type Trial, tryLeaked } from "../../lib/revocation/rotate/try-leaked.ts";
import type { Table } from "../../lib/store/table.ts";
import { AUTH0_HERE } from "../auth0-here.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { personAgrees } from "../person-agrees.ts";
import type { Invocation } from "../run-command-line.ts";
import { shownError } from "../shown-error.ts";
import { spoken } from "../spoken.ts";
import type { Terminal } from "../terminal.ts";
import { followIncident } from "./follow-incident.ts";
import { type DeskOptions, namedDesk } from "./incident-place.ts";
import { isLeftToPeople, planQuestion, planText } from "./incident-plan-text.ts";
import type { LeakRequest } from "./incident-request.ts";
import { followCommand, isAsGoodAsContained, showCommand } from "./incident-text.ts";
import { openedText } from "./opened-text.ts";
import { howItGoesOn } from "./who-decides.ts";

/** What the deployed stack is asked for. */
interface DeployedOrder extends DeskOptions {
  request: LeakRequest;
  tenant: TenantConfig;
  /** What leaked, to be tried from here afterwards. */
  leaked: Login | null;
  /** Do not ask. */
  yes: boolean;
}

/** Starts an incident at the deployed desk, and tells how it goes until it is contained, or is not. */
export async function revokeDeployed(order: DeployedOrder, terminal: Terminal, invocation: Invocation): Promise<void> {
  const { request, tenant, yes } = order;
  const { signal, setExitCode } = invocation;
  const desk = incidentDesk(namedDesk(order), signal, "if it cannot wait, contain it from here with --local");
  const { table: name } = await desk.place();
  const plan = { request, tenant, isLocal: false, client: undefined };
  terminal.err(planText(plan, terminal.width));
  const question = { ...planQuestion(plan), yes };
  if (!(await personAgrees(question, terminal, invocation))) return;
  setExitCode(1); // until it is known to be contained
  const started = await desk.start(request);
  const id = started.incident;
  terminal.err(openedText(started, request, isLeftToPeople(plan) ? "" : GOES_ON, terminal.width));
  try {
    const table = await openDeployedLedger(name);
    const tryHere = tryingHere(id, order, { table, desk, signal }, terminal);
    // What is seen to be accepted before the credential is replaced is proven dead after, by the same run.
    const before = tryHere("accepted?");
    before.catch(() => undefined); // is thrown where it is awaited, unless following has ended before
    const incident = await followIncident(id, { table }, terminal, signal);
    await before;
    const gets = await tryHere("gets a token?");
    setExitCode(isAsGoodAsContained(incident) && gets !== "issued" ? 0 : 1);
    const then = isLeftToPeople(plan) ? `${NOBODY_GOES_ON}${showCommand(id)}` : await howItGoesOn(id, table);
    terminal.err(`${spoken(then, terminal.width)}\n`);
  } catch (error) {
    const goesOn = `${NO_LONGER}${followCommand(id)}`;
    if (signal.aborted) throw new CurfewError("interrupted", spoken(goesOn, terminal.width));
    if (!(error instanceof CurfewError)) throw error;
    terminal.err(`${shownError(`The incident goes on, but cannot be followed from here: ${error.message}`)}\n`);
  }
}

const GOES_ON = "It goes on whatever becomes of this command.";
const NO_LONGER = "No longer following; the incident goes on. How it goes on: ";
/** There is nothing to follow where nobody acts and nobody watches. */
const NOBODY_GOES_ON = "Once a spareResponder is deployed, Curfew acts after all. How it stands: ";

/** What is asked: whether Auth0 accepts what leaked, or also whether it still gets tokens. */
type Asked = "accepted?" | "gets a token?";

/**
 * Tries what leaked from here, and tells the desk the results alone; what keeps it from that is said.
 *
 * @returns what asking for tokens came to; null where nobody asked
 */
function tryingHere(
  id: string,
  { leaked, tenant }: DeployedOrder,
  { table, desk, signal }: { table: Table; desk: Pick<IncidentDeskClient, "reportTrial">; signal: AbortSignal },
  { err, width }: Terminal,
): (asked: Asked) => Promise<Trial["came"] | null> {
  if (!leaked) return async () => null;
  const { domain, origin } = tenant;
  const address = { domain, ...(origin === undefined ? {} : { origin }) };
  const asking = {
    calibrate: (login: Login) => calibrate(address, login, AUTH0_HERE, signal),
    probe: (login: Login, endpoint: ProbeEndpoint) => probeCredential(address, login, AUTH0_HERE, signal, endpoint),
  };
  const ask = (audience: string) => askForToken(address, leaked, audience, AUTH0_HERE, signal);
  const clock = systemClock;
  const run = randomUUID();
  let told = "";
  return async (asked) => {
    let came: Trial | null = null;
    try {
      const incident = await readIncident(table, id);
      if (incident.drill) return null; // nothing was taken away from it
      if (asked === "gets a token?") err(TRYING);
      const audiences = await audiencesOf(incident, { table, settings: incidentSettings(tenant) });
      await desk.reportTrial(id, { begins: MOST_PROBES + requestsOf(audiences), run });
      const said = await trySupplied(leaked, { clock, signal, tenant: asking });
      if (asked === "gets a token?" && said !== "refused" && isComplete(incident.steps.lock)) {
        came = await tryLeaked(audiences, lastWriteOf(incident), { ask, clock, signal });
        err(`${wrapped(terminalText(GETS[came.came](came.detail)), width)}\n`);
      }
      const trial = came && { came: came.came, detail: came.detail };
      await desk.reportTrial(id, { said, run, trial });
      const about = aboutSupplied(await readIncident(table, id), await readSupplied(table, incident));
      if (about !== told) err(`${about}\n`);
      told = about;
    } catch (error) {
      if (!(error instanceof CurfewError) || signal.aborted) throw error;
      err(`${shownError(`What leaked could not be tried from here: ${error.message}`)}\n`);
    }
    return came?.came ?? null;
  };
}

const TRYING = "What leaked is tried once more from here, which can take a minute.\n";

const GETS: Readonly<Record<Trial["came"], (detail: string | null) => string>> = {
  nothing: () => "What leaked was tried from here, and gets no token any more.",
  issued: (detail) => `What leaked STILL GETS a token for ${detail ?? "an API"}: it is NOT contained.`,
  refused: () => "What leaked is refused: it was replaced.",
  unknown: (detail) => `Whether what leaked still gets a token is not known: ${detail ?? "Auth0 did not say"}.`,
};
