import { once } from "node:events";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { Cloud } from "../../lib/sandbox/cloud/start-cloud.ts";
import { CALLERS, PEOPLE, startLeakWorld } from "../../lib/sandbox/story/leak-world.ts";
import { startStoryWorld } from "../../lib/sandbox/story/story-world.ts";
import { slackText } from "../laptop/slack-text.ts";
import { type Laptop, startLaptopWith } from "../laptop/start-laptop.ts";
import { INTERRUPTED, type Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew sandbox`. */
export interface SandboxOptions {
  port: number;
  /** The tenant in which something leaks, instead of the story's three. */
  incident: boolean;
}

/** Keeps simulated tenants, the AWS services and the deployed audit running until Ctrl-C. */
export async function runSandbox(options: SandboxOptions, terminal: Terminal, invocation: Invocation): Promise<void> {
  const { signal } = invocation;
  await using laptop = await startWorld(options, signal);
  terminal.out(guide(laptop, options.incident ? incidentLines(laptop) : OTHER_WORLD));
  terminal.err("Running; Ctrl-C ends it.\n");
  const stopShowing = showArrivals(laptop.deployment.cloud, terminal);
  if (!signal.aborted) await once(signal, "abort");
  stopShowing();
  invocation.setExitCode(INTERRUPTED);
}

/** @param more what else can be done in this world, as lines of a comment */
function guide({ world, deployment }: Laptop, more: readonly string[]): string {
  const { sandbox, config, applications } = world;
  const { CURFEW_TABLE, CURFEW_EVIDENCE_BUCKET } = process.env;
  const variables = { ...deployment.cloud.env, CURFEW_TABLE, CURFEW_EVIDENCE_BUCKET };
  const rows = [
    ...sandbox.tenants.map(({ name, domain, origin }) => [name, domain, origin]),
    ["control", "clock, faults, audits", sandbox.controlOrigin ?? ""],
    ["slack", "incoming webhook", deployment.cloud.slack.webhook],
  ];
  return `# Simulated Auth0 tenants, AWS, and the stack as it is deployed; everything is on this machine, and gone when this ends.
${rows.map(([name = "", what = "", origin]) => `#   ${name.padEnd(14)} ${what.padEnd(24)} ${origin}`).join("\n")}
#
# Run the deployed audit, which finds how old credentials are, too:
#   curl -s -X POST ${sandbox.controlOrigin}/audits
#
# In another terminal, with the text below saved as sandbox.yaml:
${Object.entries(variables)
  .map(([name, value]) => `#   export ${name}=${value}`)
  .join("\n")}
#   npx curfew audit --config sandbox.yaml
#   npx curfew alerts test --config sandbox.yaml
#   npx curfew rotate status --config sandbox.yaml
${applications.map(({ tenant, clientId }) => `#   npx curfew rotate --config sandbox.yaml --tenant ${tenant} --client ${clientId}`).join("\n")}
${more.map((line) => `#${line}\n`).join("")}
${config}`;
}

const OTHER_WORLD = [" A world in which a secret leaks, to rehearse an emergency: npx curfew sandbox --incident"];

/** An emergency, for two people: whose key is exported signs. */
function incidentLines({ world, deployment }: Laptop): string[] {
  const [desk = ""] = Object.values(deployment.urls);
  const [{ tenant, clientId } = { tenant: "", clientId: "" }] = world.applications;
  return [
    "",
    " In an emergency (docs/game-day.md), as Dana, who is on call:",
    `   export CURFEW_DESK=${desk} AWS_ACCESS_KEY_ID=${PEOPLE.dana.key}`,
    `   npx curfew revoke --config sandbox.yaml --tenant ${tenant} --client ${clientId} --reason "game day"`,
    " and as Kim, who approves:",
    `   export CURFEW_DESK=${desk} AWS_ACCESS_KEY_ID=${PEOPLE.kim.key}`,
    "   npx curfew approve ID restore",
  ];
}

/** How often somebody looks what has arrived. Milliseconds. */
const LOOK = 500;

/** Shows what arrives by mail and in Slack; gives what ends it. */
function showArrivals({ messaging, slack }: Cloud, terminal: Terminal): () => void {
  let mails = messaging.mails.length;
  let posts = slack.messages.length;
  const timer = setInterval(() => {
    for (const { kind, to, subject, text } of messaging.mails.slice(mails)) {
      if (kind === "notification") terminal.err(`\nMail to ${to}: ${subject}\n\n${text}\n`);
    }
    for (const { body } of slack.messages.slice(posts)) terminal.err(`\nIn Slack:\n\n${slackText(body)}\n`);
    mails = messaging.mails.length;
    posts = slack.messages.length;
  }, LOOK);
  return () => clearInterval(timer);
}

async function startWorld({ port: firstPort, incident }: SandboxOptions, signal: AbortSignal): Promise<Laptop> {
  const startStory = incident ? startLeakWorld : startStoryWorld;
  try {
    return await startLaptopWith(startStory, { firstPort, control: true, callers: CALLERS }, signal);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    throw new CurfewError(
      "arguments-invalid",
      `A port from ${firstPort} to ${firstPort + 3} is not free (${code}); name others with --port.`,
    );
  }
}
