import { expect, test } from "vitest";
import { recordProbes } from "../../lib/history/record-probes.ts";
import { openSqliteTable } from "../../lib/local/sqlite-table.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { Secret } from "../../lib/model/secret.ts";
import type { FaultRule } from "../../lib/sandbox/faults/fault.ts";
import { aSandbox, DOMAIN, machine, START } from "../sandbox/support/a-sandbox.ts";
import { QUICK_RETRIES } from "../support/audited-sandbox.ts";
import { remembered } from "../support/remembered-tenant.ts";

async function probed(stored: Record<string, string | undefined>, fault?: FaultRule, detail = "gone") {
  await using world = await aSandbox({ clients: [machine("job"), machine("site")] });
  using table = openSqliteTable(":memory:");
  if (fault) world.tenant.faults.add(fault);
  const counts = await recordProbes({
    tenant: { name: "acme", domain: DOMAIN, origin: world.tenant.origin },
    credentials: Object.keys(stored).map((clientId) => ({ clientId, kind: "client-secret", secret: clientId })),
    login: async ({ clientId }) => {
      const secret = stored[clientId];
      if (secret === undefined) throw new CurfewError("reference-unresolved", "It is not there.", { detail });
      return { method: "client-secret", clientId, secret: new Secret(secret) };
    },
    table,
    run: { startedAt: new Date(START).toISOString() },
    parts: {
      fetch: world.tenant.fetch,
      clock: { now: world.sandbox.clock.now, sleep: systemClock.sleep },
      timeout: 2_000,
      random: () => 0,
      retryPolicy: QUICK_RETRIES,
    },
    signal: new AbortController().signal,
  });
  return { counts, rows: await remembered(table) };
}

test("each stored credential gets its answer, and no value is kept", async () => {
  const { counts, rows } = await probed({ job: "job-secret", site: "stale-canary" });

  expect(counts).toEqual({ accepted: 1, refused: 1, unknown: 0 });
  const noted = Object.keys(rows).filter((key) => key.startsWith("OWN#"));
  expect(noted).toEqual([expect.stringContaining("OWN#job#"), expect.stringContaining("OWN#site#")]);
  expect(Object.fromEntries(Object.entries(rows).filter(([key]) => !noted.includes(key)))).toEqual({
    "CREDENTIAL#job": {
      clientId: "job",
      seen: { first: START },
      probe: { at: START, answer: "accepted", reason: null, detail: null },
    },
    "CREDENTIAL#site": {
      clientId: "site",
      seen: { first: START },
      probe: { at: START, answer: "refused", reason: null, detail: null },
    },
  });
  expect(JSON.stringify(rows)).not.toMatch(/canary|job-secret/);
});

test("a secret that cannot be read takes no other answer with it", async () => {
  const { counts, rows } = await probed({ job: undefined, site: "site-secret" });

  expect(counts).toEqual({ accepted: 1, refused: 0, unknown: 1 });
  expect(rows["CREDENTIAL#job"]).toMatchObject({
    probe: { answer: "unknown", reason: "fetch-failed", detail: "the stored credential could not be read (gone)" },
  });
});

test("that nothing is stored is told apart from what only could not be read", async () => {
  const stored = async (detail: string) => (await probed({ job: undefined }, undefined, detail)).rows["CREDENTIAL#job"];

  expect(await stored("ResourceNotFoundException")).toMatchObject({ probe: { answer: "unknown", isMissing: true } });
  expect(await stored("AccessDeniedException")).not.toHaveProperty("probe.isMissing");
});

test("where anything is accepted nothing is refused, and nothing accepted", async () => {
  const accepting = { match: { path: "/oauth/*" }, effect: { kind: "answer", status: 200 } } as const;
  const { rows } = await probed({ job: "stale" }, accepting);

  expect(rows["CREDENTIAL#job"]).toMatchObject({ probe: { answer: "unknown" } });
});

test("an answer that is lost after the calibration is unknown", async () => {
  const { rows } = await probed({ job: "stale" }, { skip: 2, effect: { kind: "server-error", status: 500 } });

  expect(rows["CREDENTIAL#job"]).toMatchObject({
    probe: { answer: "unknown", reason: "fetch-failed", detail: "status 500" },
  });
});
