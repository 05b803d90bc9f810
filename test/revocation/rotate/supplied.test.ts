import { expect, it } from "vitest";
import type { ProbeAnswer } from "../../../lib/auth0/probe.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { seenOfOldCredential } from "../../../lib/revocation/evidence/old-credential.ts";
import { incidentPartition, type StepResult } from "../../../lib/revocation/incident/incident.ts";
import { aboutSupplied, readSupplied, recordSupplied, trySupplied } from "../../../lib/revocation/rotate/supplied.ts";
import { done, incidentOf, THREE_AM, testParts, testTenant } from "../support.ts";

const LEAKED = { method: "client-secret", clientId: "job", secret: new Secret("CANARY-what-leaked") } as const;

const undone = (at: number): StepResult => ({
  ...{ at, outcome: "incomplete", message: "It has no new credential yet.", missing: ["a secret"], code: null },
});

/** Asks with answers that a test gives, one after the other; the last one again and again. */
async function tried(answers: readonly ProbeAnswer["answer"][][], { isReplaced = true, runs = 1 } = {}) {
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
  return {
    asked,
    kept,
    said: aboutSupplied(incident, await readSupplied(table, incident)),
    seen: await seenOfOldCredential(incident, table),
  };
}

it.each([
  ["refused all the time, after it was accepted", [["accepted"], ["refused"]], 6, /it is dead/],
  ["refused all the time, and never seen to be accepted", [["refused"]], 5, /nobody saw/],
  ["refused at first, and accepted then", [["refused", "accepted"]], 2, /still accepted/],
  ["refused before, and accepted now", [["refused"], ["accepted"]], 6, /still accepted/],
  ["not answered", [["unknown"]], 1, /did not say/],
] as const)("what a person gives, %s, is told as that, and is kept nowhere", async (_, answers, asked, words) => {
  const came = await tried(answers.map((given) => [...given]));
  expect(came.asked).toBe(asked);
  expect(came.said).toMatch(words);
  expect(came.kept).not.toContain("CANARY");
});

it.each([
  ["of one run, once it is replaced", { runs: 1 }, [["accepted"], ["refused"], ["refused"]], "refused"],
  ["also where another run was refused before", { runs: 2 }, [["accepted"], ["refused"], ["refused"]], "refused"],
  ["no more once one is accepted again", { runs: 1 }, [["accepted"], ["refused"], ["accepted"]], "accepted"],
  ["not where another run was refused: that may be another file", { runs: 2 }, [["accepted"], ["refused"]], "not seen"],
  ["not while it is not replaced", { isReplaced: false }, [["accepted"], ["refused"]], "not seen"],
] as const)("what was accepted and is refused is called dead %s", async (_, how, answers, seen) => {
  const came = await tried(
    answers.map((given) => [...given]),
    how,
  );
  expect(came.seen).toBe(seen);
  if (seen === "refused") expect(came.said).toMatch(/it is dead/);
  else expect(came.said).not.toMatch(/dead/);
});
