import { expect, it } from "vitest";
import type { ProbeAnswer } from "../../../lib/auth0/probe.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { oldCredential } from "../../../lib/revocation/evidence/old-credential.ts";
import { incidentPartition, type StepResult } from "../../../lib/revocation/incident/incident.ts";
import { beginSupplied, recordSupplied } from "../../../lib/revocation/rotate/record-supplied.ts";
import {
  aboutSupplied,
  contradictionOf,
  isProvenBy,
  readSupplied,
  type Supplied,
  type SuppliedReport,
  trySupplied,
} from "../../../lib/revocation/rotate/supplied.ts";
import { SETTLING } from "../../../lib/rotation/asking/asking.ts";
import { done, HOUR, incidentOf, MINUTE, putIncident, SECOND, THREE_AM, testParts, testTenant } from "../support.ts";

const LEAKED = { method: "client-secret", clientId: "job", secret: new Secret("CANARY-what-leaked") } as const;

const undone = (at: number): StepResult => ({
  ...{ at, outcome: "incomplete", message: "It has no new credential yet.", missing: ["a secret"], code: null },
});

/** Asks with answers that a test gives, one after the other; the last one again and again. */
async function triedWith(answers: readonly ProbeAnswer["answer"][][], { isReplaced = true, runs = 1 } = {}) {
  const { parts, table, clock } = testParts(testTenant());
  const rotate = isReplaced ? done(THREE_AM) : undone(THREE_AM);
  const incident = incidentOf({ steps: { ...incidentOf().steps, rotate } });
  let asked = 0;
  for (const [index, given] of answers.entries()) {
    let next = 0;
    const trying = trySupplied(LEAKED, {
      ...{ clock, signal: parts.signal },
      tenant: {
        calibrate: async () => ({ endpoint: "revoke" }),
        probe: async () => {
          asked += 1;
          const answer = given[Math.min(next++, given.length - 1)] ?? "unknown";
          return answer === "unknown" ? { answer, detail: "status 500" } : { answer };
        },
      },
    });
    await recordSupplied(incident, { said: await clock.run(trying), run: `run-${index % runs}`, trial: null }, "dana", {
      table,
      clock,
    });
  }
  const kept = JSON.stringify(table.rows(incidentPartition(incident.id)));
  const { seen, tried } = await oldCredential(incident, table);
  return { asked, kept, said: tried, seen };
}

it.each([
  ["refused all the time, after it was accepted", [["accepted"], ["refused"]], 6, /it is dead/],
  ["refused all the time, and never seen to be accepted", [["refused"]], 5, /nobody saw/],
  ["refused at first, and accepted then", [["refused", "accepted"]], 2, /still accepted/],
  ["refused before, and accepted now", [["refused"], ["accepted"]], 6, /still accepted/],
  ["not answered", [["unknown"]], 1, /did not say/],
] as const)("what a person gives, %s, is told as that, and is kept nowhere", async (_, answers, asked, words) => {
  const came = await triedWith(answers.map((given) => [...given]));
  expect(came.asked).toBe(asked);
  expect(came.said).toMatch(words);
  expect(came.kept).not.toContain("CANARY");
});

it.each([
  ["of one run, once it is replaced", { runs: 1 }, [["accepted"], ["refused"], ["refused"]], "refused"],
  ["also where another run was refused before", { runs: 2 }, [["accepted"], ["refused"], ["refused"]], "refused"],
  ["no more once one is accepted again", { runs: 1 }, [["accepted"], ["refused"], ["accepted"]], "accepted"],
  ["not where another run was refused: that may be another file", { runs: 2 }, [["accepted"], ["refused"]], "accepted"],
  ["not while it is not replaced", { isReplaced: false }, [["accepted"], ["refused"]], "not seen"],
] as const)("what was accepted and is refused is called dead %s", async (_, how, answers, seen) => {
  const came = await triedWith(
    answers.map((given) => [...given]),
    how,
  );
  expect(came.seen).toBe(seen);
  if (seen === "refused") expect(came.said).toMatch(/it is dead/);
  else expect(came.said).not.toMatch(/dead|nobody saw/);
});

/** Reports of runs, a minute apart, each of which began to try a second before. */
async function reported(...reports: Partial<SuppliedReport>[]) {
  const { table, clock } = testParts(testTenant());
  const incident = incidentOf();
  await putIncident(table, incident);
  for (const report of reports) {
    await clock.run(clock.sleep(MINUTE));
    await recordSupplied(incident, { said: "accepted", run: "first", trial: null, ...report }, "dana", {
      table,
      clock,
    });
  }
  return { incident, supplied: await readSupplied(table, incident) };
}

const came = (word: "issued" | "nothing" | "refused" | "unknown") => ({
  trial: { came: word, detail: "https://orders" },
});

it.each([
  ["is taken back by no other run that is refused", { run: "other", said: "refused", ...came("refused") }, true],
  ["nor by one that asks for no token", { run: "other", said: "refused" }, true],
  ["nor by answers that say nothing", { run: "other", said: "unknown", ...came("unknown") }, true],
  ["and is by the same run, which sees it dead", { said: "refused" }, false],
  ["and is by whoever tries it again and gets none", { run: "other", ...came("nothing") }, false],
] as const)("that what leaked got a token %s", async (_, report, stays) => {
  const { incident, supplied } = await reported(came("issued"), report);
  const contradiction = contradictionOf(incident, supplied);

  if (stays) expect(contradiction).toMatch(/STILL GETS a token for https:\/\/orders, as dana has tried/);
  else expect(contradiction).toBeNull();
});

it("that what leaked got a token says nothing once it is replaced: then the new one is asked with", async () => {
  const { incident, supplied } = await reported(came("issued"));
  const at = supplied?.issued?.at ?? 0;
  const of = (rotate: StepResult) => contradictionOf({ ...incident, steps: { ...incident.steps, rotate } }, supplied);

  expect(of(done(at + 1))).toBeNull();
  expect(of(done(at - 1))).not.toBeNull();
  expect(of(undone(at + 1))).not.toBeNull();
});

it("of runs at one moment none loses what another has seen", async () => {
  const { table, clock } = testParts(testTenant());
  const incident = incidentOf();
  await putIncident(table, incident);
  const runs = Array.from({ length: 6 }, (_, index) => ({
    run: `run-${index}`,
    said: "accepted" as const,
    trial: null,
  }));
  const issued = { run: "bad", said: "accepted" as const, ...came("issued") };
  const reports: SuppliedReport[] = [issued, ...runs];
  await Promise.all(reports.map((report) => recordSupplied(incident, report, "dana", { table, clock })));

  const supplied = await readSupplied(table, incident);
  expect(new Set(supplied?.acceptedIn)).toEqual(new Set(reports.map(({ run }) => run)));
  expect(supplied?.issued?.run).toBe("bad");
});

it("what was accepted before it was replaced is not called accepted still", async () => {
  const { incident, supplied } = await reported({ said: "accepted" });
  const steps = { ...incident.steps, rotate: done((supplied?.at ?? 0) + HOUR) };

  expect(aboutSupplied(incident, supplied)).toMatch(/still accepted/);
  expect(aboutSupplied({ steps }, supplied)).toMatch(/was accepted at 2026-11-23 03:11 UTC, before it was replaced/);
});

it("a trial proves nothing before what was taken away is known everywhere", () => {
  const last = THREE_AM + MINUTE; // the grants went
  const trial = (began: number, at: number) =>
    ({ trial: { came: "nothing", detail: null, by: "dana", began, at } }) as unknown as Supplied;

  expect(isProvenBy(incidentOf(), trial(last, last + SETTLING))).toBe(true);
  expect(isProvenBy(incidentOf(), trial(last, last + SETTLING - SECOND))).toBe(false);
  expect(isProvenBy(incidentOf(), trial(last - SECOND, last + SETTLING))).toBe(false);
});

it("a trial counts from when its own run began it, whichever other one has begun since", async () => {
  const { table, clock } = testParts(testTenant());
  const incident = incidentOf();
  const began = Math.round(clock.now());
  for (const run of ["first", "second"]) {
    await beginSupplied(incident, { begins: 20, run }, { table, clock });
    await clock.run(clock.sleep(MINUTE));
  }
  await recordSupplied(incident, { said: "accepted", run: "first", ...came("nothing") }, "dana", { table, clock });

  expect(await readSupplied(table, incident)).toMatchObject({ trial: { began } });
});
