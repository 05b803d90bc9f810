// `npm run bench`: prints the figures of docs/performance.md. `--quick` leaves out the largest tenants and runs the
// deployed audit over a tenth of them; `--only audits|start-up|functions|run|incidents` prints one part.
import { execFileSync, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { plainTable } from "../bin/plain-table.ts";
import { type BucketLimit, PLAN_LIMITS, PLANS, type Plan } from "../lib/auth0/rate-limits.ts";
import { measureDeployedRun } from "./deployed-run.ts";
import { measureFunctions } from "./functions.ts";
import { measureIncidents } from "./incidents.ts";
import { expectedRequests, sizeFor } from "./synthetic-tenant.ts";

interface Measured {
  status: string;
  traffic: { requests: number; throttled: number };
  seconds: number;
  processor: number;
  peakMegabytes: number;
}

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" } } });
const isWanted = (part: string): boolean => values.only === undefined || values.only === part;
const SIZES = values.quick ? [100, 1_000, 10_000] : [100, 1_000, 10_000, 100_000];

/** Where the rate limit makes an audit last longer than this, the clock of both sides runs faster. Seconds. */
const PATIENCE = 40;

/** The bucket of a plan that an audit has to wait for longest, and how many requests take from it. */
interface Bottleneck extends BucketLimit {
  count: number;
  /** Whether a request takes from it. Applications have a bucket of their own on the self-service plans. */
  takes(path: string): boolean;
}

function bottleneck(plan: Plan, clients: number): Bottleneck {
  const size = sizeFor(clients);
  const { buckets, takes } = PLAN_LIMITS[plan];
  const ofClients = Math.ceil((size.clients + 1) / 100);
  const ofOthers = expectedRequests(size) - 1 - ofClients;
  const isShared = takes.clients[0] === takes.other[0];
  const isOfClients = (path: string): boolean => path === "/api/v2/clients";
  const candidates: Omit<Bottleneck, "burst" | "perSecond">[] = isShared
    ? [{ count: ofClients + ofOthers, takes: () => true }]
    : [
        { count: ofClients, takes: isOfClients },
        { count: ofOthers, takes: (path) => !isOfClients(path) },
      ];
  return candidates
    .map((candidate, index) => ({ ...candidate, ...bucketOf(buckets, takes[index === 0 ? "clients" : "other"][0]) }))
    .reduce((longest, next) => (boundOf(next) > boundOf(longest) ? next : longest));
}

function bucketOf(buckets: Readonly<Record<string, BucketLimit>>, name = ""): BucketLimit {
  const bucket = buckets[name];
  if (!bucket) throw new TypeError(`There is no bucket ${name}.`);
  return bucket;
}

/** The shortest time that the limit allows, in seconds: what is beyond the burst comes at the sustained rate. */
const boundOf = ({ count, burst, perSecond }: Pick<Bottleneck, "count" | "burst" | "perSecond">): number =>
  Math.max(0, count - burst) / perSecond;

/** The share of the sustained rate that was used between the end of the burst and the last request, as the server saw it. */
function rateUsed(arrivals: readonly Arrival[], limit: Bottleneck): string {
  const times = arrivals.filter(({ path }) => limit.takes(path)).map(({ at }) => at);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const sustained = times.length - limit.burst;
  if (sustained < 10) return "–";
  return `${((sustained / limit.perSecond / ((last - first) / 1000)) * 100).toFixed(1)} %`;
}

interface Arrival {
  path: string;
  at: number;
}

/** A Lambda with 512 MB gives about this much to the heap, and Node uses what it is given. Megabytes. */
const HEAP = 400;

async function measure(plan: Plan, clients: number): Promise<string[]> {
  const limit = bottleneck(plan, clients);
  const bound = boundOf(limit);
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
  const auditor = fork(
    join(import.meta.dirname, "audit-process.ts"),
    [origin, domain, plan, `${speed}`, `${start}`, ...login],
    { execArgv: [`--max-old-space-size=${HEAP}`] },
  );
  const [result] = (await once(auditor, "message")) as [Measured];
  world.send("count");
  const [{ refused, arrivals }] = (await once(world, "message")) as [{ refused: number; arrivals: Arrival[] }];
  world.disconnect();

  const expected = expectedRequests(sizeFor(clients));
  return [
    plan,
    clients.toLocaleString("en"),
    `${result.traffic.requests} of ${expected}${result.status === "complete" ? "" : ` (${result.status})`}`,
    String(refused),
    rateUsed(arrivals, limit),
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
if (isWanted("audits")) await measureAudits();
if (isWanted("start-up")) {
  console.log(`${plainTable([["start-up", "median of 7"], startUp("--help"), startUp("checks")])}\n`);
}
if (isWanted("functions")) await measureFunctions();
if (isWanted("run")) await measureDeployedRun(values.quick ? 100 : 1_000);
if (isWanted("incidents")) await measureIncidents();

async function measureAudits(): Promise<void> {
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
  console.log(`${plainTable(rows)}\n`);
}
