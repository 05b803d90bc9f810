import type { Alert } from "../../lib/alerts/alert.ts";
import type { Login } from "../../lib/auth0/login.ts";
import { parseReference } from "../../lib/config/references.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { selectTenant } from "../../lib/config/select-tenants.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError, hasCode } from "../../lib/model/curfew-error.ts";
import { briefText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { startedBy } from "../../lib/revocation/desk/orders.ts";
import { incidentSettings, openResponder } from "../../lib/revocation/from-config.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { listIncidents, readIncident } from "../../lib/revocation/incident/incidents.ts";
import { notDone } from "../../lib/revocation/incident/not-done.ts";
import { openIncident } from "../../lib/revocation/incident/open-incident.ts";
import { giveBackByHand } from "../../lib/revocation/local/by-hand.ts";
import { respondLocally } from "../../lib/revocation/local/respond-locally.ts";
import type { ResponderTenant, RevokedClient } from "../../lib/revocation/ports.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import type { Table } from "../../lib/store/table.ts";
import { personAgrees } from "../person-agrees.ts";
import { personName } from "../person-name.ts";
import type { Invocation } from "../run-command-line.ts";
import { secretSources } from "../secret-sources.ts";
import { shownError } from "../shown-error.ts";
import { spoken } from "../spoken.ts";
import type { Terminal } from "../terminal.ts";
import { alertText } from "./alert-text.ts";
import { byHandText } from "./by-hand-text.ts";
import { answerer } from "./follow-incident.ts";
import { isLeftToPeople, planQuestion, planText } from "./incident-plan-text.ts";
import { type LeakRequest, leakedLogin } from "./incident-request.ts";
import { isAsGoodAsContained } from "./incident-text.ts";
import { type LocalIncidents, openLocalIncidents } from "./local-incidents.ts";
import { openedText } from "./opened-text.ts";
import { stepTeller } from "./tell-steps.ts";
import { endText, type Resuming, stoppedText } from "./where-it-stands.ts";

/** A new leak, to be contained from here. */
interface LocalOrder {
  request: LeakRequest;
  tenant: TenantConfig;
  /** What leaked, for the proof. */
  leaked: Login | null;
  how: Resuming;
  /** Do not ask. */
  yes: boolean;
}

/** An incident to go on with. */
interface ResumeOrder {
  tenants: readonly TenantConfig[];
  /** Its id; true for the only one that is open. */
  resume: string | true;
  how: Resuming;
}

/** Contains a leak from this machine, without AWS, and watches until the window is closed. */
export async function revokeLocally(order: LocalOrder, terminal: Terminal, invocation: Invocation): Promise<void> {
  const { request, tenant, leaked, how, yes } = order;
  const responder = await responderHere(tenant, request.clientId, invocation.signal);
  const client = await lookedAt(request, tenant, responder, terminal);
  const plan = { request, tenant, isLocal: true, client };
  terminal.err(planText(plan, terminal.width));
  const alone = request.drill ? ALONE_IN_DRILL : isLeftToPeople(plan) ? NOBODY_ACTS : ALONE;
  terminal.err(`${wrapped(alone, terminal.width)}\n`);
  const question = { ...planQuestion(plan), yes };
  if (!(await personAgrees(question, terminal, invocation))) return;
  using incidents = await openLocalIncidents((sentence) => terminal.err(`${shownError(sentence)}\n`));
  const start = { ...request, openedAt: Math.floor(systemClock.now()), openedBy: personName() };
  const incident = await openIncident(incidents.table, start);
  terminal.err(openedText(startedBy(incident, start, false), request, "", terminal.width));
  await respond(incident, { ...incidents, tenant, responder, leaked, how }, terminal, invocation);
}

/** Goes on with an incident of this folder, where it stands. */
export async function resumeLocally(order: ResumeOrder, terminal: Terminal, invocation: Invocation): Promise<void> {
  using incidents = await openLocalIncidents((sentence) => terminal.err(`${shownError(sentence)}\n`));
  const incident = await resumed(incidents.table, order.resume);
  const { clientId } = incident;
  const tenant = selectTenant(order.tenants, incident.tenant);
  const { how } = order;
  const file = how.oldSecretFile;
  const leaked = file === undefined ? null : await leakedLogin(file, clientId, tenant.domain, invocation.signal);
  const responder = await responderHere(tenant, clientId, invocation.signal);
  terminal.err(`\nThe incident ${incident.id} is open.\n`);
  await respond(incident, { ...incidents, tenant, responder, leaked, how }, terminal, invocation);
}

const ALONE_IN_DRILL = "This machine walks through it alone, and nobody else is told.";

const NOBODY_ACTS =
  "Nobody else is told: tell those who have to know. This command keeps that it leaked, and ends; once the configuration has a spareResponder, --resume acts.";

const ALONE =
  "This machine does it alone, and nobody else is told: tell those who have to know. Keep this command running until the window closes, or go on later with --resume.";

/** The incident that is to go on. */
async function resumed(table: Table, wanted: string | true): Promise<Incident> {
  if (wanted !== true) return stillOpen(await readIncident(table, wanted));
  const open: Incident[] = [];
  for await (const incident of listIncidents(table)) if (incident.closedAt === null) open.push(incident);
  const [only, ...others] = open;
  if (only && others.length === 0) return only;
  const ids = open.map(({ id }) => id).join(" or --resume ");
  throw new CurfewError(
    "arguments-invalid",
    only
      ? `Several incidents are open here; name one: --resume ${ids}`
      : "No incident is open in this folder; there is nothing to resume.",
  );
}

function stillOpen(incident: Incident): Incident {
  if (incident.closedAt === null) return incident;
  throw new CurfewError("arguments-invalid", `The incident ${incident.id} is closed; there is nothing to resume.`);
}

/** The tenant, with the login that acts in emergencies. */
async function responderHere(tenant: TenantConfig, clientId: string, signal: AbortSignal): Promise<ResponderTenant> {
  try {
    return await openResponder(tenant, clientId, secretSources(), { clock: systemClock, random: Math.random, signal });
  } catch (error) {
    const role = clientId === tenant.responder?.clientId ? "spareResponder" : "responder";
    const reference = tenant[role]?.secret ?? tenant[role]?.privateKey ?? "";
    if (!hasCode(error, "reference-unresolved") || parseReference(reference)?.source === "env") throw error;
    const hint = `Without AWS, give --config a file whose ${role} has secret: env:NAME, and set that variable.`;
    throw new CurfewError("reference-unresolved", `${error.message} ${hint}`);
  }
}

/** The application as it is; an id that nobody has is said before anything is opened. */
async function lookedAt(
  { clientId, token }: LeakRequest,
  { name }: TenantConfig,
  responder: ResponderTenant,
  terminal: Terminal,
): Promise<RevokedClient | undefined> {
  const client = await responder.client().then(
    (found) => found ?? null,
    (error: unknown) => unseen(error, terminal),
  );
  if (client !== null || (token?.signature.status === "verified" && token.clientId === clientId))
    return client ?? undefined;
  const what = "it was deleted, or this is not its id. Nothing was started.";
  throw new CurfewError("arguments-invalid", `There is no application ${briefText(clientId, 80)} in ${name}: ${what}`);
}

/** That the application cannot be looked at beforehand is no reason to wait. */
function unseen(error: unknown, { err }: Terminal): undefined {
  if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
  err(`${shownError(`The application cannot be looked at: ${error.message}`)}\n`);
}

/** What answering works with here. */
interface Here extends Pick<LocalIncidents, "table" | "evidence"> {
  tenant: TenantConfig;
  responder: ResponderTenant;
  leaked: Login | null;
  how: Resuming;
}

async function respond(
  { id }: Incident,
  { table, evidence, tenant, responder, leaked, how }: Here,
  terminal: Terminal,
  { signal, setExitCode }: Invocation,
): Promise<void> {
  const settings = incidentSettings(tenant);
  const tell = stepTeller(terminal);
  const answers = answersOnce(answerer({ table }, terminal, systemClock));
  setExitCode(1); // until it is known to be contained
  const onStep = async (incident: Incident): Promise<void> => {
    tell(incident);
    await answers(incident);
  };
  const parts = {
    settings,
    tenant: responder,
    table,
    evidence,
    publisher: { publish: async (alert: Alert) => terminal.err(alertText(alert, terminal.width)) },
    clock: systemClock,
    signal,
    inventories: { before: async () => undefined, now: async () => undefined },
    leaked,
    ...(how.config !== undefined && { config: how.config }),
    onStep,
  };
  try {
    const incident = await respondLocally(id, parts);
    setExitCode(isAsGoodAsContained(incident) ? 0 : 1);
    terminal.out(`${spoken(endText(incident, how), terminal.width)}\n`);
    terminal.out(byHandText(await giveBackByHand(incident, table, how.config), terminal.width));
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CurfewError("interrupted", spoken(stoppedText(await readIncident(table, id), how), terminal.width));
  }
}

/** The answer once it is locked or cannot be, and again whenever the end of the window, or what is proven, is another. */
function answersOnce(answer: (incident: Incident) => Promise<void>): (incident: Incident) => Promise<void> {
  let last: string | undefined;
  return async (incident) => {
    const { steps, window, drill } = incident;
    const isEarly = window === null && (drill || steps.lock === undefined || last !== undefined);
    const state = JSON.stringify([isAsGoodAsContained(incident), notDone(incident), window && endOf(window)]);
    if (state === last || isEarly) return;
    last = state;
    await answer(incident);
  };
}

const endOf = (window: ExposureWindow): number | null => (window.state === "closes" ? window.at : null);
