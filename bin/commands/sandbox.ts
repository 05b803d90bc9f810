import { once } from "node:events";
import { startStoryWorld } from "../../lib/sandbox/story/story-world.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew sandbox`. */
export interface SandboxOptions {
  port: number;
}

/** Keeps simulated tenants running until Ctrl-C. */
export async function runSandbox({ port }: SandboxOptions, terminal: Terminal, invocation: Invocation): Promise<void> {
  const world = await startStoryWorld({ firstPort: port, control: true });
  await using sandbox = world.sandbox;
  terminal.out(`# Simulated Auth0 tenants; everything is on this machine, and gone when this ends.
${sandbox.tenants.map(({ name, domain, origin }) => `#   ${name.padEnd(14)} ${domain.padEnd(24)} ${origin}`).join("\n")}
#   ${"control".padEnd(14)} ${"clock and faults".padEnd(24)} ${sandbox.controlOrigin}
#
# In another terminal, with the text below saved as sandbox.yaml:
${Object.entries(world.env)
  .map(([name, value]) => `#   export ${name}=${value}`)
  .join("\n")}
#   npx curfew audit --config sandbox.yaml

${world.config}`);
  terminal.err("Running; Ctrl-C ends it.\n");
  if (!invocation.signal.aborted) await once(invocation.signal, "abort");
}
