// Runs what judges the code without running it: side by side, for each of them leaves a processor idle for a while.
// What one of them says stands together, and when it is done. Exits 1 when any of them fails.
import { spawn } from "node:child_process";

const CHECKS = ["types", "lint", "dead-code", "generate -- --check"];

/** Runs a script of package.json; how it ended, and what it said. */
async function run(script: string): Promise<number> {
  const child = spawn(`npm run --silent ${script}`, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => void said.push(chunk));
  const code = await new Promise<number>((resolve) => child.on("close", (status) => resolve(status ?? 1)));
  console.log(`${script}: ${code === 0 ? "well" : `FAILED with ${code}`}\n${Buffer.concat(said)}`);
  return code;
}

const codes = await Promise.all(CHECKS.map(run));
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
