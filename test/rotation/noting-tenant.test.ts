import { afterAll, beforeAll, expect, it } from "vitest";
import type { Login } from "../../lib/auth0/login.ts";
import { obtainsToken } from "../../lib/auth0/obtains-token.ts";
import { calibrate, probeCredential } from "../../lib/auth0/probe.ts";
import { noteOwnRequests, readOwnRequests } from "../../lib/history/own-requests.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { Secret } from "../../lib/model/secret.ts";
import { kindOfUse } from "../../lib/revocation/watch/log-use.ts";
import { notingTenant } from "../../lib/rotation/noting-tenant.ts";
import { aSandbox, DOMAIN, machine } from "../sandbox/support/a-sandbox.ts";
import { QUICK_RETRIES } from "../support/audited-sandbox.ts";
import { memoryTable } from "../support/memory-table.ts";

let world: Awaited<ReturnType<typeof aSandbox>>;
beforeAll(async () => {
  world = await aSandbox({ clients: [machine("job")] });
});
afterAll(() => world[Symbol.asyncDispose]());

const CLIENT = { tenant: "acme", clientId: "job" };
const login = (secret: string): Login => ({ method: "client-secret", clientId: "job", secret: new Secret(secret) });
const refusals = (): number =>
  world.tenant.logs.filter(
    (event) => event.client_id === "job" && kindOfUse({ type: event.type, request: undefined }) === "token-refused",
  ).length;

it.each(["job-secret", "wrong"])(
  "notes before as many events as questions about %s leave in the log, or more",
  async (secret) => {
    const table = memoryTable();
    const address = { domain: DOMAIN, origin: world.tenant.origin };
    const parts = {
      fetch: world.tenant.fetch,
      clock: systemClock,
      timeout: 2_000,
      random: () => 0,
      retryPolicy: QUICK_RETRIES,
    };
    const { signal } = new AbortController();
    const note = noteOwnRequests(table, CLIENT, { from: 0, until: 60_000 });
    const tenant = notingTenant(
      {
        calibrate: (one) => calibrate(address, one, parts, signal),
        probe: (one, endpoint) => probeCredential(address, one, parts, signal, endpoint),
        obtainToken: (one) => obtainsToken(address, one, parts, signal),
      },
      note,
    );
    const before = refusals();
    let most = 0;
    const questions = [
      () => tenant.calibrate(login(secret)),
      () => tenant.probe(login(secret), "token"),
      () => tenant.probe(login(secret), "revoke"),
      () => tenant.obtainToken(login(secret)),
    ];
    for (const question of questions) {
      await question();
      most = (await readOwnRequests(table, CLIENT)).reduce((sum, one) => sum + one.most, 0);
      expect(refusals() - before).toBeLessThanOrEqual(most);
    }
    expect(refusals()).toBeGreaterThan(before);
    expect(most).toBe(8);
  },
);
