import { expect, it } from "vitest";
import type { ProbeAnswer } from "../../../lib/auth0/probe.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { incidentPartition } from "../../../lib/revocation/incident/incident.ts";
import { aboutSupplied, readSupplied, recordSupplied, trySupplied } from "../../../lib/revocation/rotate/supplied.ts";
import { incidentOf, testParts, testTenant } from "../support.ts";

const LEAKED = { method: "client-secret", clientId: "job", secret: new Secret("CANARY-what-leaked") } as const;

/** Asks with answers that a test gives, one after the other; the last one again and again. */
async function tried(answers: readonly ProbeAnswer["answer"][][]) {
  const { parts, table, clock } = testParts(testTenant());
  const incident = incidentOf();
  let asked = 0;
  for (const given of answers) {
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
    await recordSupplied(incident, { said: await clock.run(trying), trial: null }, "dana", { table, clock });
  }
  const kept = JSON.stringify(table.rows(incidentPartition(incident.id)));
  return { asked, kept, said: aboutSupplied(await readSupplied(table, incident)) };
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
