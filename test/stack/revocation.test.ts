import { afterAll, describe, it } from "vitest";
import { startIncidents } from "./support/start-incidents.ts";

const incidents = await startIncidents();
afterAll(() => incidents[Symbol.asyncDispose]());
const { desk, until, steal } = incidents;

const TIMEOUT = { timeout: 180_000 };

const order = (clientId: string, more: object = {}) => ({
  tenant: "acme",
  clientId,
  reason: "in a public repository",
  ...more,
});

describe.concurrent("an emergency revocation through the bundles", TIMEOUT, () => {
  it("locks and contains an application whose secret leaked, within seconds", async ({ expect }) => {
    expect(await steal("checkout")).toBe(200);
    const { status, body } = await desk("ASIAONCALL", "incidents", order("checkout"));
    expect(status, JSON.stringify(body)).toBe(200);
    const id = String(body.incident);
    const known = await until(id, ({ steps }) => steps.contain !== undefined && steps.lock !== undefined);
    expect(known.steps).toMatchObject({ lock: { outcome: "done" }, contain: { outcome: "done" } });
    expect(await steal("checkout")).not.toBe(200);
    const after = await until(id, ({ window }) => window !== null);
    console.log(JSON.stringify(after, null, 1), incidents.mails(id));
    await until(id, ({ steps }) => steps.investigate?.outcome === "done");
    const { readTimeline } = await import("../../lib/revocation/incident/timeline.ts");
    for await (const e of readTimeline(incidents.table, id)) console.log(JSON.stringify(e));
    for await (const e of incidents.table.list(`INCIDENT#${id}`, { prefix: "PRESERVED#" }))
      console.log(JSON.stringify(e));
  });
});
