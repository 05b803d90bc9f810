// `npm run bench`: prints the figures of docs/performance.md. `--quick` leaves out the largest tenants.
import { execFileSync, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { plainTable } from "../bin/plain-table.ts";
import { PLAN_LIMITS, PLANS, type Plan } from "../lib/auth0/rate-limits.ts";
import { expectedRequests, sizeFor } from "./synthetic-tenant.ts";

interface Measured {
  status: string;
  traffic: { requests: number; throttled: number };
  seconds: number;
  processor: number;
  peakMegabytes: number;
}

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const SIZES = values.quick ? [100, 1_000, 10_000] : [100, 1_000, 10_000, 100_000];

/** Where the rate limit makes an audit last longer than this, the clock of both sides runs faster. Seconds. */
const PATIENCE = 12;

/**
 * The shortest time that the plan's limits allow: the requests beyond the burst, at the sustained rate, of the
 * bucket that has most to do. Applications have a bucket of their own on the self-service plans.
 */
function physicalBound(plan: Plan, clients: number): number {
  const size = sizeFor(clients);
  const limits = PLAN_LIMITS[plan];
  const ofClients = Math.max(1, Math.ceil((size.clients + 1) / 100));
  const counts = new Map<string, number>();
  const others = expectedRequests(size) - 1 - ofClients;
  for (const [group, count] of [
    ["clients", ofClients],
    ["other", others],
  ] as const) {
    for (const bucket of limits.takes[group]) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  return Math.max(
    ...[...counts].map(([name, count]) => {
      const limit = limits.buckets[name];
      return limit ? Math.max(0, count - limit.burst) / limit.perSecond : 0;
    }),
  );
}

async function measure(plan: Plan, clients: number): Promise<string[]> {
  const bound = physicalBound(plan, clients);
  const speed = Math.max(1, Math.ceil(bound / PATIENCE));
  const start = Date.now();
  const login = ["bench-auditor", randomUUID()];
  const world = fork(join(import.meta.dirname, "sandbox-process.ts"), [
    plan,
    `${clients}`,
    `${speed}`,
    `${start}`,
    ...login,
  ]);
  const [{ origin, domain }] = (await once(world, "message")) as [{ origin: string; domain: string }];
  const auditor = fork(join(import.meta.dirname, "audit-process.ts"), [
    origin,
    domain,
    plan,
    `${speed}`,
    `${start}`,
    ...login,
  ]);
  const [result] = (await once(auditor, "message")) as [Measured];
  world.send("count");
  const [{ refused }] = (await once(world, "message")) as [{ refused: number }];
  world.disconnect();

  const expected = expectedRequests(sizeFor(clients));
  return [
    plan,
    clients.toLocaleString("en"),
    `${result.traffic.requests} of ${expected}${result.status === "complete" ? "" : ` (${result.status})`}`,
    String(refused),
    bound < 1 ? "–" : `${Math.round((bound / result.seconds) * 100)} %`,
    `${result.seconds.toFixed(1)} s`,
    `${bound.toFixed(1)} s`,
    speed === 1 ? "" : `×${speed}`,
    `${result.processor.toFixed(1)} s`,
    `${Math.round(result.peakMegabytes)} MB`,
  ];
}

function startUp(...args: string[]): string[] {
  const times = Array.from({ length: 7 }, () => {
    const startedAt = performance.now();
    execFileSync(process.execPath, [join(import.meta.dirname, "..", "bin", "curfew.ts"), ...args]);
    return performance.now() - startedAt;
  }).sort((a, b) => a - b);
  return [`curfew ${args.join(" ")}`, `${Math.round(times[3] ?? 0)} ms`];
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n`);
const rows: string[][] = [
  ["plan", "applications", "requests", "429", "rate used", "took", "bound", "clock", "processor", "memory"],
];
for (const plan of PLANS) {
  for (const clients of SIZES) {
    const row = await measure(plan, clients);
    rows.push(row);
    console.error(row.join("  "));
  }
}
console.log(plainTable(rows));
console.log(`\n${plainTable([["start-up", "median of 7"], startUp("--help"), startUp("checks")])}`);
