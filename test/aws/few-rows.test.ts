import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { dynamodbTable } from "../../lib/aws/dynamodb-table.ts";
import { recordAudit } from "../../lib/findings/ledger/record-audit.ts";
import { runKey } from "../../lib/findings/ledger/run-record.ts";
import { lastAudit, lastCompleteRun } from "../../lib/findings/ledger/runs.ts";
import { pastRuns } from "../../lib/history/past-runs.ts";
import { type CallGate, startCallGate } from "../../lib/sandbox/cloud/gate/start-call-gate.ts";
import type { Table } from "../../lib/store/table.ts";
import { type Dynalite, startDynalite } from "../support/dynalite.ts";
import { audit } from "../support/reports.ts";
import { plant, record, report } from "../support/run-records.ts";
import { virtualClock } from "../support/virtual-clock.ts";

/** A year and a month, which is how long the records of runs are kept. */
const RUNS = 400;
const DAY = 86_400_000;
const TENANT = "acme-prod";

const runOf = (day: number) => ({
  id: "daily",
  startedAt: new Date(Date.UTC(2026, 0, 1, 6) + day * DAY).toISOString(),
});
const TODAY = runOf(RUNS);

let dynalite: Dynalite;
let gate: CallGate;
let table: Table;

beforeAll(async () => {
  dynalite = await startDynalite();
  await dynalite.createTable("curfew");
  gate = await startCallGate({ table: dynalite.endpoint });
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", gate.origin("table"));
  table = dynamodbTable("curfew");
  const notes = ["x".repeat(2_000)];
  for (let day = 0; day < RUNS; day += 1) await plant(report([record(TENANT, { notes })], [], runOf(day)), table);
}, 60_000);
afterAll(async () => {
  await gate.close();
  await dynalite[Symbol.asyncDispose]();
});

const patience = () => ({ clock: virtualClock(0), deadline: 60_000 });
const entry = { run: TODAY, listed: new Map(), evidence: null, notes: [] };
const failure = audit({ tenant: TENANT, status: "failed", reason: "unreachable", checks: [], findings: [] });

test.each<[string, () => Promise<unknown>]>([
  ["what earlier runs were", () => pastRuns(table, TENANT, runKey(TODAY))],
  ["the last audit", () => lastAudit(table, TENANT, runKey(TODAY))],
  ["the last complete run", () => lastCompleteRun(table, TENANT, runKey(TODAY))],
  ["what was open before a run that failed", () => recordAudit(table, { ...entry, audit: failure }, patience())],
])("%s is found without reading the records of all runs", async (title, find) => {
  gate.reset();

  expect(await find()).toBeDefined();

  const read = gate.calls.reduce((sum, { received }) => sum + received, 0);
  console.info(`${title}: ${read} bytes in ${gate.calls.length} requests, of ${RUNS} runs`);
  expect(read).toBeLessThan(25_000); // two times three records; a year of them is a megabyte
});
