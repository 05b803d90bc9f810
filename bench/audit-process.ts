// One audit in a process of its own, so that its memory and processor time are its own. Its report is made, too: the
// peak of memory is that of an audit and a report together.
import { auditTenant } from "../lib/audit/audit-tenant.ts";
import type { Plan } from "../lib/auth0/rate-limits.ts";
import { CATALOGUE } from "../lib/checks/catalogue.ts";
import { resolvePolicy } from "../lib/config/policy.ts";
import { fastClock, systemClock } from "../lib/model/clock.ts";
import { Secret } from "../lib/model/secret.ts";
import { jsonReport } from "../lib/reports/json.ts";

const [origin = "", domain = "", plan, speed, start, clientId = "", secret = ""] = process.argv.slice(2);
const clock = speed === "1" ? systemClock : fastClock(Number(speed), Number(start));
const before = process.cpuUsage();
const startedAt = clock.now();

const audit = await auditTenant(
  {
    name: "bench",
    domain,
    origin,
    plan: plan as Plan,
    login: async () => ({ method: "client-secret", clientId, secret: new Secret(secret) }),
  },
  {
    checks: CATALOGUE,
    policy: resolvePolicy({ profile: "baseline", checks: {} }, CATALOGUE),
    exceptions: { exceptions: [], tenants: [] },
    clock,
    timeout: 10_000 * Number(speed),
  },
  new AbortController().signal,
);

const { user, system } = process.cpuUsage(before);
const seconds = (clock.now() - startedAt) / 1000;
let characters = 0;
const generatedAt = new Date(clock.now()).toISOString();
const report = { schemaVersion: 1, generatedAt, profile: "baseline", tenants: [audit], exceptions: [] } as const;
for (const piece of jsonReport({ ...report, tenants: [audit] })) characters += piece.length;
process.send?.({
  status: audit.status,
  traffic: audit.traffic,
  findings: audit.findings.length,
  characters,
  seconds,
  processor: (user + system) / 1_000_000,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
});
