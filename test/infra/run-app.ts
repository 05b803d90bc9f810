import { spawn } from "node:child_process";
import { join } from "node:path";
import { temporaryFolder } from "../support/command-line.ts";

const APP = join(import.meta.dirname, "..", "..", "bin", "app.ts");

/** What the CDK app left behind. The folder is gone when this is disposed of. */
interface AppRun extends AsyncDisposable {
  code: number | null;
  stderr: string;
  /** Where the template and the assets are. */
  out: string;
}

/** Runs the CDK app in a process of its own as CDK's command line does, in a folder with `curfew.yaml`. */
export async function runApp(config: string, { bundled }: { bundled: boolean }): Promise<AppRun> {
  const folder = await temporaryFolder();
  await folder.write("curfew.yaml", config);
  const out = join(folder.path, "out");
  const child = spawn(process.execPath, [APP], {
    cwd: folder.path,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      PATH: process.env.PATH ?? "",
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify(bundled ? {} : { "aws:cdk:bundling-stacks": [] }),
      CDK_VALIDATION: "false",
    },
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stderr, out, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
