import { expect, it } from "vitest";
import { followIncident } from "../../../bin/incident/follow-incident.ts";
import { standingOf } from "../../../bin/incident/standing.ts";
import { standingTeller } from "../../../bin/incident/tell-standing.ts";
import { askedKey } from "../../../lib/revocation/approvals/asked.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { done, HOUR, incidentOf, MINUTE, putIncident, THREE_AM } from "../../revocation/support.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { virtualClock } from "../../support/virtual-clock.ts";

it("follows an incident that was proven before until a key that is named to it is detached, and that is proven", async () => {
  const table = memoryTable();
  const clock = virtualClock(THREE_AM + HOUR);
  const known = incidentOf();
  await putIncident(table, known);
  await table.put({ partition: "INCIDENTS", sort: `${new Date(known.openedAt).toISOString()}#${known.id}` }, known);
  const named = await openIncident(table, { ...known, openedAt: clock.now(), leakedKey: "kid" });
  const terminal = { out: () => undefined, err: () => undefined, width: 80 } as never;
  const followed = followIncident(named.id, { table }, terminal, new AbortController().signal, clock);
  const acting = async () => {
    for (const step of ["detach-key", "prove"] as const) {
      await clock.sleep(MINUTE);
      await recordStep(table, named.id, step, done(clock.now()));
    }
  };
  const [incident] = await clock.run(Promise.all([followed, acting()]));

  expect(incident.steps.prove?.at).toBe(THREE_AM + HOUR + 2 * MINUTE);
});

it("tells whoever follows that it is contained, until when tokens work and what waits, each once", async () => {
  const table = memoryTable();
  const told: string[] = [];
  const terminal = { out: (text: string) => void told.push(text.replaceAll(/\s+/g, " ")), width: 100 };
  const clock = virtualClock(THREE_AM + HOUR);
  const { lock, contain } = incidentOf().steps;
  const because = ["It is not proven yet that the application gets no new token."];
  const open = { state: "open", because, knownUntil: THREE_AM, apis: [], others: 0, tokenUntil: null } as const;
  const first = incidentOf({ window: open, steps: { ...(lock && { lock }), ...(contain && { contain }) } });
  const tell = standingTeller(terminal, await standingOf(first, table, clock));
  const look = async (incident: Incident) => tell(await standingOf(incident, table, clock));
  await look({ ...first, window: { ...open, knownUntil: THREE_AM + HOUR } });
  expect(told).toEqual([]);
  for (const _ of ["once", "again"]) await look(incidentOf());
  expect(told).toEqual([expect.stringMatching(/^ CONTAINED: .*Tokens already out work until 2026-11-24 03:00 UTC/)]);
  const asked = { plan: {}, planHash: "a", lines: [], decision: null, askedAt: clock.now(), until: clock.now() + HOUR };
  await table.put(askedKey(first.id, "restore"), asked);
  for (const _ of ["once", "again"]) await look(incidentOf());

  expect(told.slice(1)).toEqual([expect.stringContaining(`npx curfew approve ${first.id} restore`)]);
});
