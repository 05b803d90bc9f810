import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { parseConfig } from "../../lib/config/load.ts";
import { formatMistakes } from "../../lib/config/mistakes.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { renderTable } from "../../lib/reports/table.ts";
import { startStoryWorld } from "../../lib/sandbox/story/story-world.ts";
import type { Invocation } from "../run-command-line.ts";
import { secretSources } from "../secret-sources.ts";
import type { Terminal } from "../terminal.ts";
import { auditConfigured } from "./audit.ts";

/** Audits three simulated tenants the way real ones are audited, and says what to type next. */
export async function runDemo(terminal: Terminal, { signal }: Invocation): Promise<void> {
  const world = await startStoryWorld();
  await using _sandbox = world.sandbox;
  terminal.out(INTRODUCTION);
  const { config, mistakes } = parseConfig(world.config, { catalogue: CATALOGUE, today: new Date() });
  if (mistakes) throw new CurfewError("configuration-invalid", formatMistakes("the demo's configuration", mistakes));
  const report = await auditConfigured(config, config.tenants, secretSources(world.env), terminal, signal);
  terminal.out(renderTable(report, { checks: CATALOGUE, width: terminal.width, color: terminal.color }));
  terminal.out(NEXT_STEPS);
}

const INTRODUCTION = `Three Auth0 tenants are simulated on this machine, and audited the way real ones are:
  harbour-bank   keeps its house in order
  old-shop       was set up in a hurry, years ago
  acquired       granted the auditor two scopes only, so most of it stays unknown

`;

const NEXT_STEPS = `
What to type next, for a tenant of your own:
  npx curfew init           writes curfew.yaml and names the scopes to grant
  npx curfew config check   says what is wrong with it, or what it means
  npx curfew audit          audits; --format json for a program
  npx curfew checks         what is looked at, and the limits
  npx curfew sandbox        keeps these three tenants running, to rehearse on
`;
