import { beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { lambdaFunction, runShape } from "../../lambdas/shared/function.ts";
import { type Clock, CONTEXT_CLOCK, systemClock } from "../../lib/model/clock.ts";
import { virtualClock } from "../support/virtual-clock.ts";

beforeEach(() => {
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
  return () => void vi.unstubAllEnvs();
});

/** What a runtime hands over, as far as it matters here. */
const context = (more: object = {}) => ({
  getRemainingTimeInMillis: () => 30_000,
  functionName: "fn",
  awsRequestId: "r",
  ...more,
});

/** What a function is given for this event and context. */
async function invoked(event: unknown, given: object): Promise<{ clock: Clock; deadline: number }> {
  const handler = lambdaFunction(z.looseObject({}), async (_event, { clock, deadline }) => ({ clock, deadline }));
  return handler(event, given as never);
}

it("a function goes by the machine's clock, because AWS hands over none", async () => {
  const before = systemClock.now();
  const { clock, deadline } = await invoked({}, context());

  expect(clock).toBe(systemClock);
  expect(deadline).toBeGreaterThanOrEqual(before + 30_000);
  expect(deadline).toBeLessThanOrEqual(systemClock.now() + 30_000);
});

it("a function goes by the clock of its host, its deadline included", async () => {
  const sandbox = virtualClock(Date.UTC(2030, 0, 1));
  const { clock, deadline } = await invoked({}, context({ [CONTEXT_CLOCK]: sandbox }));

  expect(clock).toBe(sandbox);
  expect(deadline).toBe(Date.UTC(2030, 0, 1) + 30_000);
});

it("a caller can set no clock, whatever is sent", async () => {
  const fields = ["clock", "CONTEXT_CLOCK", "curfew.clock", "Symbol(curfew.clock)", String(CONTEXT_CLOCK)];
  const forged = JSON.parse(JSON.stringify(Object.fromEntries(fields.map((name) => [name, { now: 0 }]))));

  const { clock } = await invoked(forged, context({ ...forged, clientContext: { Custom: forged, ...forged } }));

  expect(clock).toBe(systemClock);
});

describe("a run's name", () => {
  const isTaken = (id: string) => runShape.safeParse({ id, startedAt: "2026-11-25T06:00:00.000Z" }).success;

  it.each(["a", "2026-11-25.second-try", "..", "(really)=this@once!'+", "Überprüfung", "監査", "x".repeat(80)])(
    "may be %s, as Step Functions lets people choose",
    (id) => {
      expect(isTaken(id)).toBe(true);
    },
  );

  it("holds none of the characters that Step Functions refuses, and is neither empty nor long", () => {
    const refused = [
      ...'<>{}[]?*"#%\\^|~`$&,;:/ \t\n\u00a0\u2003',
      "\u0000",
      "\u001f",
      "\u007f",
      "\u009f",
      "\ufffe",
      "\ud800",
    ];

    expect(refused.filter((character) => isTaken(`a${character}b`))).toEqual([]);
    expect(["", "x".repeat(81)].filter(isTaken)).toEqual([]);
  });
});
