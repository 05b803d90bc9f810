import { type RunRecord, type RunRef, runKey } from "../../lib/findings/ledger/run-record.ts";
import { lastAudit, runOf } from "../../lib/findings/ledger/runs.ts";
import { SEVERITIES } from "../../lib/model/severity.ts";
import { renderChanges } from "../../lib/reports/changes.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import type { SlackMessage } from "../../lib/sandbox/cloud/start-slack.ts";
import { SECOND_DAY, type StoryDay, THIRD_DAY } from "../../lib/sandbox/story/story-changes.ts";
import type { Table } from "../../lib/store/table.ts";
import { type Consumer, startConsumer } from "../laptop/consumer.ts";
import { type Happening, type RotationTeller, rotationTeller, timeText } from "../laptop/rotation-story.ts";
import { slackText } from "../laptop/slack-text.ts";
import { type Laptop, startLaptop } from "../laptop/start-laptop.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

const DAY = 86_400_000;

/** Three mornings of the deployed audit, on this machine: what it finds, remembers and replaces, and whom it tells. */
export async function runDemo(terminal: Terminal, { signal }: Invocation): Promise<void> {
  terminal.out(introduction(terminal.width));
  let laptop: Laptop | undefined;
  let teller: RotationTeller | undefined;
  const onTenant = async (run: RunRef, tenant: string): Promise<void> => {
    if (laptop) terminal.out(await tenantLines(laptop.table, run, tenant, terminal.width));
  };
  laptop = await startLaptop({ onTenant, onStep: async () => teller?.look(), hurry: true }, signal);
  await using _running = laptop;
  const tenants = laptop.world.applications.map(({ tenant }) => tenant);
  teller = rotationTeller(laptop.table, tenants, (happening) => terminal.out(happeningLine(happening, terminal.width)));

  await morning(laptop, "The first morning", terminal, signal);
  for (const [title, day] of [["The second morning", SECOND_DAY] as const, ["The third morning", THIRD_DAY] as const]) {
    live(day, laptop, terminal);
    await busyMorning({ laptop, teller, title }, terminal, signal);
  }
  terminal.out(NEXT_STEPS);
}

/** A day passes, and people do things. */
function live({ changes, apply }: StoryDay, { world, clock }: Laptop, terminal: Terminal): void {
  apply(world.sandbox);
  clock.advance(DAY);
  terminal.out(`Meanwhile:\n${changes.map((line) => `  ${line}\n`).join("")}\n`);
}

/** A morning on which credentials are rotated, while the applications that use them go on. */
async function busyMorning(
  { laptop, teller, title }: { laptop: Laptop; teller: RotationTeller; title: string },
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { applications } = laptop.world;
  const consumers = await Promise.all(applications.map((application) => startConsumer(application, laptop)));
  const over = new AbortController();
  const watching = teller.watch(over.signal);
  try {
    await morning(laptop, title, terminal, signal);
  } finally {
    over.abort();
    await Promise.all([watching, ...consumers.map((consumer) => consumer.stop())]);
  }
  terminal.out(`Their applications asked for tokens all the time:\n${consumers.map(consumerLine).join("")}\n`);
}

const happeningLine = ({ clientId, at, text }: Happening, width: number): string =>
  `${wrapped(`${timeText(at)} ${clientId}: ${text}`, width, "    ", "      ")}\n`;

const consumerLine = ({ application, count }: Consumer): string =>
  `  ${application.clientId}: ${count.tokens} tokens, ${count.failures} failures\n`;

/** One run of the state machine, and what came of it. */
async function morning(laptop: Laptop, title: string, terminal: Terminal, signal: AbortSignal): Promise<void> {
  const { mails } = laptop.deployment.cloud.messaging;
  const { messages } = laptop.deployment.cloud.slack;
  const before = { mails: mails.length, slack: messages.length };
  terminal.out(`${title}: the state machine audits the tenants\n`);
  await untilInterrupted(laptop.audit(), signal);
  terminal.out(
    heard(
      mails.slice(before.mails).filter(({ kind }) => kind === "notification"),
      messages.slice(before.slack),
      terminal.width,
    ),
  );
}

/** A rotation takes its time; who presses Ctrl-C does not wait for it. */
async function untilInterrupted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const interrupted = Promise.withResolvers<never>();
  const end = () => interrupted.reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([work, interrupted.promise]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** Worst findings of a first audit that are named. */
const NAMED = 3;

async function tenantLines(table: Table, run: RunRef, tenant: string, width: number): Promise<string> {
  const record = await runOf(table, tenant, runKey(run));
  if (!record) return `  ${tenant}: not audited\n`;
  const previous = await lastAudit(table, tenant, runKey(run));
  if (previous) return indented(renderChanges([{ record, previous }], width - 3), width);
  const named = record.changes.filter(({ kind }) => kind === "new").slice(0, NAMED);
  const lines = named.map(
    ({ severity, resource, message }) => `  ${severity} ${resource.name ?? resource.id}: ${message}`,
  );
  return indented([`${tenant}: ${record.status}, ${openCounts(record)}`, ...lines].join("\n"), width);
}

function openCounts({ open, notEvaluated }: RunRecord): string {
  const counts = SEVERITIES.toReversed().flatMap((severity) =>
    open[severity] ? [`${open[severity]} ${severity}`] : [],
  );
  const blind = notEvaluated.length === 0 ? "" : `; ${count(notEvaluated.length, "check")} could not be evaluated`;
  return `${counts.join(", ") || "nothing open"}${blind}`;
}

const count = (number: number, name: string): string => `${number} ${name}${number === 1 ? "" : "s"}`;

/** Messages that are shown; the rest is counted. */
const SHOWN = 5;

function heard(
  mails: readonly { to: string; subject: string }[],
  posts: readonly SlackMessage[],
  width: number,
): string {
  const shown = oneForEach(mails, SHOWN);
  const lines = shown.map(({ to, subject }) => `  to ${to}: ${subject}`);
  const hidden = mails.length - shown.length;
  if (hidden > 0) lines.splice(-1, 0, `  … ${hidden} more like these …`);
  const [first] = posts;
  const head = `People hear: ${count(mails.length, "mail")}, ${count(posts.length, "message")} in Slack`;
  return `${indented([head, ...lines, ...(first ? postLines(first) : [])].join("\n"), width)}\n`;
}

/** The first mail to each person and the last of all, then others as far as there is room; in their order. */
function oneForEach<Mail extends { to: string }>(mails: readonly Mail[], most: number): Mail[] {
  const last = mails.slice(-1);
  const first = mails.filter(({ to }, index) => mails.findIndex((mail) => mail.to === to) === index);
  const chosen = new Set([...last, ...first, ...mails].slice(0, most));
  return mails.filter((mail) => chosen.has(mail));
}

/** Lines of a post that are shown. */
const SHOWN_LINES = 5;

/** How the first post of a morning begins. */
function postLines({ body }: SlackMessage): string[] {
  const lines = slackText(body).split("\n");
  const rest = lines.length > SHOWN_LINES ? ["…"] : [];
  return ["  in Slack:", ...[...lines.slice(0, SHOWN_LINES), ...rest].map((line) => `    ${line}`)];
}

const indented = (text: string, width: number): string =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => `${goingOn(`  ${line}`, width)}\n`)
    .join("");

/** A line with its indentation; what does not fit goes on below, further in unless it is plain text. */
function goingOn(line: string, width: number): string {
  const [indent = ""] = /^ */.exec(line) ?? [];
  return wrapped(line.trimStart(), width, indent, indent === "" ? "" : `${indent}  `);
}

const introduction = (width: number): string => `${INTRODUCTION.map((line) => goingOn(line, width)).join("\n")}\n\n`;

const INTRODUCTION = [
  "Curfew as it runs in an AWS account, on this machine: the stack is synthesized, its state machine and functions run here, and three Auth0 tenants and the AWS services behind them are simulated. Nothing leaves this machine.",
  "  harbour-bank   keeps its house in order",
  "  old-shop       was set up in a hurry, years ago",
  "  acquired       granted the auditor two scopes only, so most of it stays unknown",
  "The first two have an application each whose credential is to be replaced when it is 90 days old, which is tonight: a private key and a client secret.",
];

const NEXT_STEPS = `What to type next, for a tenant of your own:
  npx curfew init           writes curfew.yaml and names the scopes to grant
  npx curfew config check   says what is wrong with it, or what it means
  npx curfew audit          audits from this machine; --format html for a page to read
  npx curfew findings       what earlier audits found, and since when
  npx curfew rotate adopt   puts a secret or key under Curfew's care;
                            docs/consuming-secrets.md says what that takes
  npx cdk deploy            lets it run every morning in your AWS account (README: Deploy it)
  npx curfew sandbox        keeps this world running, to rehearse on
`;
