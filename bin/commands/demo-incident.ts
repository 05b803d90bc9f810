import { recordLifetimes } from "../../lib/history/lifetimes.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { type AskedStep, readAsked } from "../../lib/revocation/approvals/asked.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { readInvestigation } from "../../lib/revocation/investigate/investigation-record.ts";
import { momentOf } from "../../lib/revocation/window/window-text.ts";
import { CALLERS, type LeakWorld, startLeakWorld } from "../../lib/sandbox/story/leak-world.ts";
import { followIncident } from "../incident/follow-incident.ts";
import { isAsGoodAsContained } from "../incident/incident-text.ts";
import { stepTeller } from "../incident/tell-steps.ts";
import { deskHere } from "../laptop/desk-here.ts";
import { hurry } from "../laptop/hurry.ts";
import { deedLine, evidenceText, exposedText, heardText, openText, thiefText } from "../laptop/incident-story.ts";
import { keepEvidenceHere } from "../laptop/keep-evidence-here.ts";
import { type Laptop, startLaptopWith } from "../laptop/start-laptop.ts";
import { startThief, type Thief } from "../laptop/thief.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;

/** A leak in the night: a thief at work, and the deployed workflow against them, on a clock that runs fast. */
export async function runIncidentDemo(terminal: Terminal, { signal }: Invocation): Promise<void> {
  const { out, width } = terminal;
  out(paragraphs(INTRODUCTION, width));
  await using laptop = await startLaptopWith(startLeakWorld, { callers: CALLERS }, signal);
  const [url = ""] = Object.values(laptop.deployment.urls);
  const stage: Stage = { laptop, url, terminal, signal };
  await rememberMonth(laptop);
  out("In the evening the audit ran, as every day.\n");
  await laptop.audit();
  laptop.clock.advance(8 * 60 * MINUTE);

  using _fast = hurry(laptop.clock);
  out("\nIn the night somebody finds the secret of deploy-bot in a public repository:\n");
  const thief = startThief(laptop.world, (deed) => out(deedLine(deed, width)));
  const ids: string[] = [];
  try {
    await laptop.clock.sleep(20_000, signal);
    out("\nDana is on call:\n");
    const id = await revoke(stage, laptop.world.leaked.clientId, REASON);
    ids.push(id, await revokePlanted(stage, id, thief));
    await approve(stage, id);
    await thief.stop();
    out(thiefText(thief, width));
    await close(stage, id);
    await tellOpen(stage, id, ids);
  } finally {
    await thief.stop();
  }
  out(heardText(mailsAbout(laptop, ids), width));
  out(NEXT_STEPS);
}

/** What the story is played with. */
interface Stage {
  laptop: Laptop<LeakWorld>;
  /** Of the desk. */
  url: string;
  terminal: Terminal;
  signal: AbortSignal;
}

/** Audits have looked every day for a month; nobody ever changed how long tokens live. */
async function rememberMonth({ world, table, clock }: Laptop<LeakWorld>): Promise<void> {
  const { tenant } = world.leaked;
  const servers = [...world.sandbox.tenant(tenant).state.resourceServers.values()];
  for (let day = 35; day > 0; day -= 1) await recordLifetimes(table, tenant, servers as never, clock.now() - day * DAY);
}

const REASON = "found in a public repository";

/** Who is on call starts an incident, and hears whether it is contained. */
async function revoke({ laptop, url, terminal, signal }: Stage, clientId: string, reason: string): Promise<string> {
  const { table, clock, world } = laptop;
  const { tenant } = world.leaked;
  terminal.out(`  $ npx curfew revoke --tenant ${tenant} --client ${clientId} --reason "${reason}"\n\n`);
  const { incident: id } = await deskHere(url, "dana").start({ tenant, clientId, reason });
  const shown = { ...terminal, err: terminal.out, out: (text: string) => terminal.out(indented(text)) };
  const incident = await followIncident(id, { table }, shown, signal, clock);
  if (!isAsGoodAsContained(incident)) throw new Error("The demo's leak was not contained.");
  await follow({ laptop, url, terminal, signal }, id, ({ steps }) => steps.investigate !== undefined, incident);
  return id;
}

/** What the thief has planted is a leak of its own. */
async function revokePlanted(stage: Stage, id: string, thief: Thief): Promise<string> {
  const { laptop, terminal } = stage;
  const planted = thief.planted();
  const exposures = (await readInvestigation(laptop.table, id))?.value.exposures ?? [];
  terminal.out(exposedText(exposures, terminal.width));
  if (planted === undefined || !exposures.some(({ clientId }) => clientId === planted))
    throw new Error("The demo's incident did not find what was planted.");
  terminal.out("\nThe application that was planted still gets tokens, so Dana contains it as well:\n");
  return revoke(stage, planted, `planted, seen in ${id}`);
}

/** A second person gives back what the application needs. */
async function approve(stage: Stage, id: string): Promise<void> {
  const { laptop, url, terminal, signal } = stage;
  const { table, clock } = laptop;
  const step: AskedStep = "restore";
  let asked = await readAsked(table, id, step);
  for (let looks = 0; !asked && looks < MOST_LOOKS; looks += 1) {
    await clock.sleep(LOOK, signal);
    asked = await readAsked(table, id, step);
  }
  if (!asked) throw new Error("The demo's incident asks nothing.");
  const lines = asked.lines.map((line) => wrapped(`- ${terminalText(line)}`, terminal.width, "    ", "      "));
  terminal.out(
    `\nWhat deploy-bot needs back waits for a second person. Kim looks at it:\n  $ npx curfew approve ${id} ${step}\n${lines.join("\n")}\n\n`,
  );
  await deskHere(url, "kim").decide({ incident: id, step, decision: "approve", planHash: asked.planHash });
  await follow(stage, id, ({ steps }) => steps.restore !== undefined);
}

/** Between two looks at the table, by the sandbox's clock. Milliseconds. */
const LOOK = 2_000;
const MOST_LOOKS = 600;

/** Tells each step until the incident is so. */
async function follow(
  { laptop: { table, clock }, terminal, signal }: Stage,
  id: string,
  is: (incident: Incident) => boolean,
  shown?: Incident,
): Promise<Incident> {
  const tell = stepTeller({ ...terminal, err: terminal.out }, shown ?? (await readIncident(table, id)));
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const incident = await readIncident(table, id);
    tell(incident);
    if (is(incident)) return incident;
    await clock.sleep(LOOK, signal);
  }
  throw new Error(`The demo's incident ${id} does not go on.`);
}

/** The window passes, and the incident is closed. */
async function close(stage: Stage, id: string): Promise<void> {
  const { laptop, terminal } = stage;
  const { table, clock } = laptop;
  const { out, width } = terminal;
  const { window } = await readIncident(table, id);
  if (window?.state !== "closes") throw new Error("The demo's window does not close.");
  out(`\nThe night passes, and the day, until ${momentOf(window.at)}: no token that was out works any more.\n`);
  clock.set(window.at + 11 * MINUTE); // what comes late into the log has come
  const closed = await follow(stage, id, ({ closedAt }) => closedAt !== null);
  out(`\nThe incident ${closed.id} is closed. The evidence, a page and the same as JSON:\n`);
  out(evidenceText(await keepEvidenceHere(table, id), width));
}

/** What nobody has ended when the story does: incidents, and what was found and nobody has acted against. */
async function tellOpen({ laptop: { table }, terminal }: Stage, id: string, ids: readonly string[]): Promise<void> {
  const incidents = await Promise.all(ids.map((each) => readIncident(table, each)));
  const about = new Set<string | null>(incidents.map(({ clientId }) => clientId));
  const exposures = (await readInvestigation(table, id))?.value.exposures ?? [];
  const left = new Set(
    exposures.flatMap(({ clientId }) => (clientId === null || about.has(clientId) ? [] : [clientId])),
  );
  terminal.out(
    openText(
      incidents.filter(({ closedAt }) => closedAt === null),
      [...left],
      terminal.width,
    ),
  );
}

/** Mails about incidents. */
const mailsAbout = ({ deployment }: Laptop<LeakWorld>, ids: readonly string[]) =>
  deployment.cloud.messaging.mails.filter(
    ({ kind, text }) => kind === "notification" && ids.some((id) => text.includes(id)),
  );

const indented = (text: string): string => text.trimEnd().replace(/^/gm, "  ").concat("\n");

const paragraphs = (lines: readonly string[], width: number): string =>
  `${lines.map((line) => wrapped(line, width)).join("\n")}\n\n`;

const INTRODUCTION = [
  "A leak, and what Curfew does about it, on this machine: the stack is synthesized, its state machine and functions run here, and an Auth0 tenant and the AWS services behind it are simulated. Nothing leaves this machine, and the clock runs fast.",
];

const NEXT_STEPS = `
What to type next:
  docs/game-day.md          walks a team through a drill of its own
  npx curfew revoke --help  what it takes to start one
`;
