// The simulated tenant of a benchmark, in a process of its own: its memory and its work are not the audit's.
import { fastClock, systemClock } from "../lib/model/clock.ts";
import type { Plan } from "../lib/sandbox/plan.ts";
import { startSandbox } from "../lib/sandbox/start-sandbox.ts";
import { sizeFor, syntheticTenant } from "./synthetic-tenant.ts";

const [plan, clients, speed, start, clientId, secret] = process.argv.slice(2);
const clock = speed === "1" ? systemClock : fastClock(Number(speed), Number(start));
const seed = syntheticTenant(plan as Plan, sizeFor(Number(clients)), {
  clientId: clientId ?? "",
  secret: secret ?? "",
});
const sandbox = await startSandbox({ tenants: [seed], clock });
const tenant = sandbox.tenant("bench");

process.send?.({ origin: tenant.origin, domain: tenant.domain });
process.on("message", () => {
  const { requests } = tenant;
  process.send?.({
    refused: requests.filter(({ status }) => status === 429).length,
    arrivals: requests.filter(({ path }) => path.startsWith("/api/v2/")).map(({ path, at }) => ({ path, at })),
  });
});
process.on("disconnect", () => process.exit());
