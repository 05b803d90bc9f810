import { expect, it } from "vitest";
import { followIncident } from "../../../bin/incident/follow-incident.ts";
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
