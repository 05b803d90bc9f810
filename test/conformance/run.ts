import { parseArgs } from "node:util";
import type { SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";
import type { ConformanceCase } from "./conformance-case.ts";
import { NAME_PREFIX, type OpenConformance, openConformance } from "./open-conformance.ts";
import { secretsManagerCases } from "./secrets-manager/all-cases.ts";

/** How long a change may take to be seen in a real account. Milliseconds. */
const PATIENCE = 60_000;

const USAGE = `Usage: npm run conformance -- --endpoint aws|http://127.0.0.1:PORT [--yes]

Runs the same cases that the Secrets Manager fake must pass against a real account or another endpoint.
`;

await main();

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return;
  const { endpoint, yes } = options;
  const isFake = endpoint !== "aws";
  const cases = secretsManagerCases.filter(({ fakeOnly }) => fakeOnly === undefined);
  console.info(announcement(endpoint, cases.length));
  if (!isFake && !yes) return fail("Nothing was done. Say --yes to run it.");
  const conformance = openConformance(isFake ? loopbackClient(endpoint) : {}, isFake ? 0 : PATIENCE);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  let failures = 0;
  try {
    failures = await runAll(cases, conformance, stop.signal);
  } finally {
    await conformance[Symbol.asyncDispose]();
  }
  if (stop.signal.aborted) return fail(leftBehind(conformance) ?? "Interrupted; the secrets are deleted.");
  const skipped = secretsManagerCases.length - cases.length;
  console.info(`${cases.length - failures} of ${cases.length} cases hold; ${skipped} are for the fake only.`);
  if (failures > 0) process.exitCode = 1;
  const left = leftBehind(conformance);
  if (left !== undefined) fail(left);
}

function leftBehind({ left }: OpenConformance): string | undefined {
  return left.length === 0 ? undefined : `Delete these secrets by hand: ${left.join(", ")}`;
}

function readOptions(): { endpoint: string; yes: boolean } | undefined {
  try {
    const { values } = parseArgs({ options: { endpoint: { type: "string" }, yes: { type: "boolean" } } });
    const { endpoint = "", yes = false } = values;
    if (endpoint === "aws" || /^http:\/\/127\.0\.0\.1:\d+$/.test(endpoint)) return { endpoint, yes };
  } catch (error) {
    console.error((error as Error).message);
  }
  fail(USAGE);
  return undefined;
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 3;
}

function announcement(endpoint: string, cases: number): string {
  const where = endpoint === "aws" ? "the AWS account and region of your environment" : endpoint;
  return `This runs ${cases} cases against ${where}.
It creates about 40 secrets named ${NAME_PREFIX}…, reads, writes, tags and lists them, and deletes them for good
in the end, also after Ctrl-C. It touches no other secret. A few hundred requests and 40 secrets for some minutes cost
less than 0.05 USD (0.40 USD a secret and month, counted by the hour, and 0.05 USD for 10,000 requests).
`;
}

function loopbackClient(endpoint: string): SecretsManagerClientConfig {
  const credentials = { accessKeyId: "sandbox", secretAccessKey: "sandbox" };
  return { endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
}

/** Runs one case after the other, prints each, and counts those that do not hold. */
async function runAll(
  cases: readonly ConformanceCase[],
  conformance: OpenConformance,
  signal: AbortSignal,
): Promise<number> {
  let failures = 0;
  for (const { title, run } of cases) {
    if (signal.aborted) break;
    const problem = await run(conformance).then(
      () => null,
      (error: Error) => `${error.name}: ${error.message}`,
    );
    console.info(`${problem === null ? "ok  " : "FAIL"} ${title}`);
    if (problem === null) continue;
    failures += 1;
    console.info(problem.replaceAll(/^/gm, "       "));
  }
  return failures;
}
