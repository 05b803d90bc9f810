import { describe, expect, it } from "vitest";
import { changeIncident, readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { seenExposures } from "../../../lib/revocation/investigate/seen-exposures.ts";
import type { Concern } from "../../../lib/revocation/watch/concerns.ts";
import { withoutVoidProof } from "../../../lib/revocation/watch/issued.ts";
import { keepSeen } from "../../../lib/revocation/watch/seen.ts";
import { NO_USER_TOKENS, refutesRevocation, withUserToken } from "../../../lib/revocation/watch/user-tokens.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { virtualClock } from "../../support/virtual-clock.ts";
import { done, HOUR, incidentOf, logEvent, MINUTE, putIncident, SECOND, THREE_AM } from "../support.ts";

const PROVEN = THREE_AM + 5 * MINUTE;
const RESTORED = { at: THREE_AM + HOUR, stoppedAt: PROVEN };

/** What becomes of a proof where the log shows a token. */
async function judged(changes: Parameters<typeof incidentOf>[0], shutAt: number | null, now = PROVEN + 2 * HOUR) {
  const table = memoryTable();
  const incident = incidentOf(changes);
  await putIncident(table, incident);
  const parts = { table, clock: virtualClock(now) };
  await withoutVoidProof(incident, { at: shutAt ?? now, shutAt, audiences: "any" }, parts);
  return { table, parts, incident: await readIncident(table, incident.id) };
}

describe("a token that the log shows", () => {
  it.each([
    { title: "after the proof", changes: {}, at: PROVEN + SECOND, isVoid: true },
    { title: "as far before it as clocks differ", changes: {}, at: PROVEN - 20 * SECOND, isVoid: true },
    { title: "longer before it", changes: {}, at: PROVEN - 21 * SECOND, isVoid: false },
    { title: "since access is given back only", changes: {}, at: null, isVoid: false },
    { title: "in a drill", changes: { drill: true }, at: PROVEN + SECOND, isVoid: false },
  ])("$title takes it back: $isVoid", async ({ changes, at, isVoid }) => {
    const { incident } = await judged(changes, at);

    expect(incident.steps.prove?.outcome).toBe(isVoid ? "incomplete" : "done");
  });

  it("after the questions of the proof began takes it back", async () => {
    const steps = {
      ...incidentOf().steps,
      prove: { ...done(PROVEN), outcome: "done", began: PROVEN - MINUTE } as const,
    };

    expect((await judged({ steps }, PROVEN - 30 * SECOND)).incident.steps.prove?.outcome).toBe("incomplete");
  });

  it("does not take back what was proven once more since whoever judges it has looked", async () => {
    const { table, parts, incident } = await judged({}, null);
    const anew = done(PROVEN + HOUR);
    await changeIncident(table, incident.id, (known) => ({ ...known, steps: { ...known.steps, prove: anew } }));
    await withoutVoidProof(incident, { at: PROVEN + SECOND, shutAt: PROVEN + SECOND, audiences: "any" }, parts);

    expect((await readIncident(table, incident.id)).steps.prove).toEqual(anew);
  });

  it("says nothing of a proof that is none yet", async () => {
    const { prove: _, ...steps } = incidentOf().steps;

    expect((await judged({ steps }, PROVEN + SECOND)).incident.steps.prove).toBeUndefined();
  });

  it("refutes what is given back by now, since the first time that it was seen", async () => {
    const { table, parts, incident } = await judged({ restored: RESTORED }, PROVEN + SECOND);
    expect(incident.restored).toEqual({ ...RESTORED, refutedAt: PROVEN + 2 * HOUR });
    const proven = (known: typeof incident) => ({ ...known, steps: { ...known.steps, prove: done(PROVEN) } });
    const again = await changeIncident(table, incident.id, proven);
    await parts.clock.run(parts.clock.sleep(HOUR));
    await withoutVoidProof(again, { at: PROVEN + SECOND, shutAt: PROVEN + SECOND, audiences: "any" }, parts);

    expect((await readIncident(table, incident.id)).restored?.refutedAt).toBe(PROVEN + 2 * HOUR);
  });
});

it.each<{ concern: Concern; at: number; isExposed: boolean }>([
  { concern: "counted", at: RESTORED.at, isExposed: false },
  { concern: "counted", at: RESTORED.at - SECOND, isExposed: true },
  { concern: "told", at: RESTORED.at, isExposed: true },
])("a secret that was shown is exposed, unless it is the application's work since then: $concern", async (event) => {
  const table = memoryTable();
  const incident = incidentOf({ restored: RESTORED });
  const request = { method: "get", path: "/api/v2/clients/other" };
  const shown = logEvent(event.at, { type: "mgmt_api_read", request, accessedSecrets: ["client_secret"] });
  await keepSeen(table, incident.id, [{ ...shown, concern: event.concern }]);

  const { exposures } = await seenExposures(incident, { compared: null }, table);
  expect(exposures.map(({ clientId }) => clientId)).toEqual(event.isExposed ? ["other"] : []);
});

it.each([10, 501, 2_000])(
  "a refresh token from before is seen after %d users have logged in, and none of theirs",
  (count) => {
    const event = (minute: number, type: string, userId: string) =>
      logEvent(THREE_AM + minute * MINUTE, { type, userId, request: undefined });
    const said = { at: THREE_AM + 10 * MINUTE, by: "dana" };
    const ids = Array.from({ length: count }, (_, index) => `auth0|${index}`);
    let users = ids.reduce((known, id) => withUserToken(known, event(1, "seacft", id)), NO_USER_TOKENS);
    users = ids.slice(-300).reduce((known, id) => withUserToken(known, event(20, "sertft", id)), users);
    expect(refutesRevocation(said, users)).toBe(false);
    users = withUserToken(users, event(60, "sertft", "auth0|before"));

    expect(refutesRevocation(said, users)).toBe(true);
  },
);
