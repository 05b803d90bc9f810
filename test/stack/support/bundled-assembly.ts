import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Assembly } from "../../../lib/sandbox/cloud/deploy.ts";
import { temporaryFolder } from "../../support/command-line.ts";

const APP = join(import.meta.dirname, "..", "..", "..", "bin", "app.ts");

/** An assembly in a folder that is gone afterwards. */
export type BundledAssembly = Assembly & AsyncDisposable;

/**
 * Synthesizes the stack as `npx cdk synth` does, its functions bundled as they are deployed: about six seconds of
 * processor time. CDK's validator is left out; the tests of the stack run it.
 */
export async function bundledAssembly(config: string): Promise<BundledAssembly> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  await folder.write("curfew.yaml", config);
  const out = join(folder.path, "out");
  const context = JSON.stringify({ config: join(folder.path, "curfew.yaml") });
  const env = { ...process.env, CDK_OUTDIR: out, CDK_CONTEXT_JSON: context, CDK_VALIDATION: "false" };
  await promisify(execFile)(process.execPath, [APP], { env });
  const template = JSON.parse(await readFile(join(out, "Curfew.template.json"), "utf8"));
  const names = (await readdir(out)).filter((name) => /^asset\.[0-9a-f]+\.json$/.test(name));
  const files = await Promise.all(
    names.map(async (name) => [name.slice("asset.".length), await readFile(join(out, name), "utf8")] as const),
  );
  const kept = started.move();
  return {
    template,
    folder: out,
    files: Object.fromEntries(files),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
