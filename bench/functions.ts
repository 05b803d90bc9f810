// Size and import time of every function, as the stack bundles them.
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { plainTable } from "../bin/plain-table.ts";
import { lambdasOf } from "../lib/sandbox/cloud/template/template-lambdas.ts";

/** Every function is in it. */
const CONFIG = `version: 1
tenants:
  - name: bench
    domain: bench.auth0.example
    auditor: { clientId: bench-auditor, secret: secretsmanager:curfew/bench/auditor }
    rotator: { clientId: bench-rotator, secret: secretsmanager:curfew/bench/rotator }
    responder: { clientId: bench-responder, secret: secretsmanager:curfew/bench/responder }
    credentials:
      - { clientId: shop, secret: apps/shop/auth0 }
alerts:
  email: [oncall@acme.example]
  slack: { webhook: secretsmanager:curfew/slack-webhook }
schedule: { audit: cron(0 6 * * ? *) }
`;

/** Prints a table with a row for each function. */
export async function measureFunctions(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "curfew-bench-"));
  try {
    await bundle(folder);
    const template = JSON.parse(await readFile(join(folder, "Curfew.template.json"), "utf8"));
    const rows = await Promise.all(
      lambdasOf(template, folder).map(async ({ logicalId, folder: asset }) => {
        const file = join(asset, "index.mjs");
        return [
          logicalId.replace(/Function[0-9A-F]{8}$/, ""),
          `${Math.round((await stat(file)).size / 1000)} KB`,
          file,
        ];
      }),
    );
    const timed = rows.map(([name = "", size = "", file = ""]) => [name, size, `${importTime(file)} ms`]);
    console.log(
      plainTable([["function", "bundle", "import, median of 7"], ...timed, ["(node -e 0)", "", `${importTime()} ms`]]),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function bundle(folder: string): Promise<void> {
  const config = join(folder, "curfew.yaml");
  await writeFile(config, CONFIG);
  const env = { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ config }) };
  execFileSync(process.execPath, [join(import.meta.dirname, "..", "bin", "app.ts")], { env, stdio: "ignore" });
}

/** A process that imports the file and ends, in milliseconds; without a file one that does nothing. */
function importTime(file?: string): number {
  const script =
    file === undefined ? "0" : `import(${JSON.stringify(pathToFileURL(file).href)}).then(() => process.exit())`;
  const times = Array.from({ length: 7 }, () => {
    const startedAt = performance.now();
    execFileSync(process.execPath, ["-e", script], { stdio: "ignore" });
    return performance.now() - startedAt;
  }).sort((a, b) => a - b);
  return Math.round(times[3] ?? 0);
}
