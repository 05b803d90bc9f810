import { expect, test } from "vitest";
import { openFor, openingShape } from "../../../lib/revocation/respond/open.ts";
import { MOST_TURNS } from "../../../lib/revocation/watch/interval.ts";
import { nextWatch, watchTurn } from "../../../lib/revocation/watch/watch.ts";
import { changeWatch, readWatch } from "../../../lib/revocation/watch/watch-record.ts";
import { incidentOf, putIncident, testParts, testTenant } from "../support.ts";

test("whoever begins anew to answer an incident has all turns of watching again", async () => {
  const { parts, table, clock } = testParts(testTenant());
  const incident = incidentOf();
  await putIncident(table, incident);
  await clock.run(watchTurn(incident, parts));
  const known = await readWatch(table, incident.id);
  if (!known) throw new Error("Nobody has watched.");
  await changeWatch(table, incident.id, known, (record) => ({ ...record, turns: MOST_TURNS }));
  expect(await nextWatch(incident, parts)).toBeNull();
  const { steps } = await clock.run(watchTurn(incident, parts));
  expect(steps.watch).toMatchObject({ missing: [expect.stringContaining("Stop its execution")] });

  await clock.run(openFor({ incident: incident.id, tenant: incident.tenant }, clock.now(), parts));

  expect(await nextWatch(incident, parts)).toBeGreaterThan(0);
});

test("a secret that somebody writes into the AWS console goes no further, and keeps nothing from being contained", () => {
  const secret = "7f3kQ9xW2mB5vT8zL1pR4sY6uA0e_7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-7f3kQ9";
  const order = { tenant: "acme", clientId: "abc", reason: `in a log: ${secret}`, leakedKey: secret };

  expect(openingShape.parse(order)).toMatchObject({ reason: "in a log: [secret]", leakedKey: "[secret]" });
  const { error } = openingShape.safeParse({ ...order, clientId: secret });
  expect(error?.message).toContain("looks like a secret");
  expect(error?.message).not.toContain(secret);
});
