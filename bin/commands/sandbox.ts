import { once } from "node:events";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { type StoryWorld, startStoryWorld } from "../../lib/sandbox/story/story-world.ts";
import { INTERRUPTED, type Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew sandbox`. */
export interface SandboxOptions {
  port: number;
}

/** Keeps simulated tenants running until Ctrl-C. */
export async function runSandbox({ port }: SandboxOptions, terminal: Terminal, invocation: Invocation): Promise<void> {
  const world = await startWorld(port);
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
  invocation.setExitCode(INTERRUPTED);
}

async function startWorld(firstPort: number): Promise<StoryWorld> {
  try {
    return await startStoryWorld({ firstPort, control: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    throw new CurfewError(
      "arguments-invalid",
      `A port from ${firstPort} to ${firstPort + 3} is not free (${code}); name others with --port.`,
    );
  }
}
