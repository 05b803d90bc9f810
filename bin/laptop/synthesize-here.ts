import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { Assembly } from "../../lib/sandbox/cloud/deploy.ts";

const APP = join(import.meta.dirname, "..", "app.ts");

/**
 * Synthesizes the stack for a configuration as `npx cdk synth` does, in a process of its own, so that this one needs no
 * CDK. The functions are not bundled: here they run from their source.
 *
 * @throws CurfewError `configuration-invalid` with what the app says is wrong
 */
export async function synthesizeHere(config: string, signal: AbortSignal): Promise<Assembly> {
  const folder = await mkdtemp(join(tmpdir(), "curfew-stack-"));
  try {
    const file = join(folder, "curfew.yaml");
    await writeFile(file, config, { mode: 0o600 });
    await runApp(join(folder, "out"), file, signal);
    return await readAssembly(join(folder, "out"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runApp(out: string, config: string, signal: AbortSignal): Promise<void> {
  const context = { config, "aws:cdk:bundling-stacks": [] };
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context), CDK_VALIDATION: "false" };
  try {
    await promisify(execFile)(process.execPath, [APP], { env, signal });
  } catch (error) {
    signal.throwIfAborted();
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new CurfewError("configuration-invalid", `The stack could not be synthesized: ${said}`, { cause: error });
  }
}

async function readAssembly(folder: string): Promise<Assembly> {
  const template = JSON.parse(await readFile(join(folder, "Curfew.template.json"), "utf8"));
  const names = (await readdir(folder)).filter((name) => /^asset\.[0-9a-f]+\.json$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => [name.slice("asset.".length), await readFile(join(folder, name), "utf8")] as const),
  );
  return { template, folder, files: Object.fromEntries(files) };
}
