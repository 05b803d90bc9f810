import type { Login } from "../../lib/auth0/login.ts";
import { obtainsToken } from "../../lib/auth0/obtains-token.ts";
import { calibrate, type ProbeEndpoint, probeCredential } from "../../lib/auth0/probe.ts";
import { incidentDesk } from "../../lib/aws/incident-desk.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { incidentSettings } from "../../lib/revocation/from-config.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { aboutSupplied, proveWithSupplied } from "../../lib/revocation/rotate/supplied.ts";
import type { Table } from "../../lib/store/table.ts";
import { AUTH0_HERE } from "../auth0-here.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { personAgrees } from "../person-agrees.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";
import { followIncident } from "./follow-incident.ts";
import { planQuestion, planText } from "./incident-plan-text.ts";
import type { LeakRequest } from "./incident-request.ts";
import { followCommand, isAsGoodAsContained } from "./incident-text.ts";

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
  const { request, tenant, yes } = order;
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
    const tryHere = tryingHere(id, order, { table, signal }, terminal);
    // Who was seen to be accepted before the credential is replaced is proven dead after.
    const before = tryHere();
    before.catch(() => undefined); // is thrown where it is awaited, unless following has ended before
    const incident = await followIncident(id, { table, settings: incidentSettings(tenant) }, terminal, signal);
    await before;
    await tryHere();
    setExitCode(isAsGoodAsContained(incident) ? 0 : 1);
    terminal.err(`${AND_THEN}${followCommand(id)}\n`);
  } catch (error) {
    if (signal.aborted) throw new CurfewError("interrupted", `${NO_LONGER} ${AND_THEN}${followCommand(id)}`);
    if (!(error instanceof CurfewError)) throw error;
    terminal.err(`The incident goes on, but cannot be followed from here: ${error.message}\n`);
  }
}

const NO_LONGER = "No longer following; the incident goes on.";
const AND_THEN = "How it goes on: ";

/** Asks from here whether Auth0 accepts what leaked, and records the answer; what keeps it from that is said. */
function tryingHere(
  id: string,
  { leaked, tenant }: DeployedOrder,
  { table, signal }: { table: Table; signal: AbortSignal },
  { err }: Terminal,
): () => Promise<void> {
  if (!leaked) return async () => undefined;
  const { domain, origin } = tenant;
  const address = { domain, ...(origin === undefined ? {} : { origin }) };
  const asking = {
    calibrate: (login: Login) => calibrate(address, login, AUTH0_HERE, signal),
    probe: (login: Login, endpoint: ProbeEndpoint) => probeCredential(address, login, AUTH0_HERE, signal, endpoint),
    obtainToken: (login: Login) => obtainsToken(address, login, AUTH0_HERE, signal),
  };
  return async () => {
    try {
      const incident = await readIncident(table, id);
      const supplied = await proveWithSupplied(incident, leaked, { table, clock: systemClock, signal, tenant: asking });
      err(`${aboutSupplied(supplied)}\n`);
    } catch (error) {
      if (!(error instanceof CurfewError) || signal.aborted) throw error;
      err(`What leaked could not be tried from here: ${error.message}\n`);
    }
  };
}
