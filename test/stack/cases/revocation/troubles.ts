import { expect, it } from "vitest";
import { minutes } from "../../../../lib/model/duration.ts";
import { isContained } from "../../../../lib/revocation/incident/incident.ts";
import { ORDERS } from "../../support/incident-cast.ts";
import type { People } from "../../support/incident-people.ts";
import type { Incidents } from "../../support/start-incidents.ts";

/** What stands in the way of an incident, and what people hear of it. */
export function troubles(incidents: Incidents, people: People): void {
  const { until, mailed, mails, grantsOf, sandbox } = incidents;
  const { declared, tries, stored, client } = people;
  const DONE = { lock: { outcome: "done" }, contain: { outcome: "done" }, rotate: { outcome: "done" } };

  it("locks and contains as soon as a tenant is back that was not there for ten minutes, and says both", async () => {
    const { faults } = sandbox.tenant("dark");
    faults.add({ effect: { kind: "drop" } });
    const id = await declared("beacon");
    const away = await until(id, ({ steps }) => steps.lock !== undefined);
    await mailed(id, /beacon is NOT contained yet/);
    await incidents.pass(minutes(10));
    faults.clear();
    const known = await until(id, ({ window }) => window !== null);

    expect(away.steps.lock).toMatchObject({ outcome: "incomplete", code: "unreachable" });
    expect(mails(id).filter((subject) => subject.includes("is locked"))).toHaveLength(1);
    expect(known.steps).toMatchObject(DONE);
    expect(isContained(known)).toBe(true);
    expect([grantsOf("beacon"), await tries("beacon")]).toEqual([[], "refused"]);
    await mailed(id, /beacon is contained/);
  });

  it("contains without a network ACL where the plan has none, and counts on none", async () => {
    const id = await declared("kiosk");
    const known = await until(id, ({ window }) => window !== null);

    expect(known.steps["network-acl"]).toMatchObject({ outcome: "not-applicable" });
    expect(known.steps).toMatchObject({ ...DONE, prove: { outcome: "done" } });
    expect(isContained(known)).toBe(true);
    expect(sandbox.tenant("lite").state.networkAcls.all()).toEqual([]);
    expect([grantsOf("kiosk"), await tries("kiosk")]).toEqual([[], "refused"]);
    await mailed(id, /kiosk is contained/);
  });

  it("replaces a credential whose rotation is held, and says that it was", async () => {
    await people.hold("stuck");
    const id = await declared("stuck");
    const { steps } = await until(id, ({ window }) => window !== null);

    expect(steps).toMatchObject(DONE);
    expect(steps.rotate?.message).toContain("Rotating it was held; the incident did so all the same.");
    expect([await tries("stuck"), await tries("stuck", stored("stuck"))]).toEqual(["refused", "denied"]);
    await mailed(id, /stuck is contained/);
  });

  it("takes grants for gone that are gone by another hand, or whose deletion was not answered", async () => {
    const { faults } = sandbox.tenant("acme");
    const path = "/api/v2/client-grants/*";
    faults.add({ match: { method: "DELETE", path }, times: 1, effect: { kind: "drop", when: "after" } });
    const id = await declared("hidden");
    const known = await until(id, ({ window }) => window !== null);
    faults.clear();

    expect(known.steps).toMatchObject(DONE);
    expect(isContained(known)).toBe(true);
    expect([grantsOf("hidden"), await tries("hidden")]).toEqual([[], "refused"]);
    await mailed(id, /hidden is contained/);
    // What was there is kept all the same, and can be given back.
    const { plan } = await people.asked(id, "restore");
    expect(plan).toMatchObject({ grants: [{ audience: ORDERS.identifier, scopes: ["read:orders", "write:orders"] }] });
  });

  it("never calls an application locked that is not there, watches for its tokens, and closes on a person's word", async () => {
    const { clients, clientGrants } = sandbox.tenant("acme").state;
    for (const { id, client_id } of clientGrants.all()) if (client_id === "leaver") clientGrants.delete(id);
    clients.delete("leaver");
    const id = await declared("leaver");
    const known = await until(id, ({ window }) => window !== null);

    expect(known.steps).toMatchObject({ lock: { outcome: "not-applicable" } });
    expect(isContained(known)).toBe(false);
    expect(client("leaver")).toBeUndefined();
    await mailed(id, /there is no application leaver: nothing was taken away/);
    expect(mails(id)).not.toContainEqual(expect.stringContaining("is locked"));
    const { status } = await incidents.desk("ASIAONCALL", `incidents/${id}/close`, {
      reason: "It was deleted on Monday.",
    });
    expect(status).toBe(200);
    expect(await until(id, ({ closedAt }) => closedAt !== null)).toMatchObject({
      ended: { by: expect.stringContaining("dana"), reason: "It was deleted on Monday." },
    });
    expect((await incidents.ended(id)).status).toBe("SUCCEEDED");
    expect(await incidents.evidence(id)).toHaveLength(2);
  });

  it("has the spare act against the responder itself", async () => {
    const id = await declared("responder-of-spare");
    const known = await until(id, ({ window }) => window !== null);

    expect(known.leak).toMatchObject({ kind: "curfew-login", isContainable: true });
    expect(known.steps).toMatchObject({ ...DONE, prove: { outcome: "done" } });
    expect(isContained(known)).toBe(true);
    expect(grantsOf("responder-of-spare")).toEqual([]);
    const now = stored("responder-of-spare", "curfew/spare/responder");
    expect([await tries("responder-of-spare"), await tries("responder-of-spare", now)]).toEqual(["refused", "denied"]);
    const login = sandbox.tenant("spare").logs.find(({ type }) => type === "seccft");
    expect(login?.client_id).toBe("responder-spare-of-spare");
    await mailed(id, /responder-of-spare is contained/);
  });

  it("closes the rotator, which only a person can give a new credential, and is content once somebody did", async () => {
    const rotator = "rotator-of-bank";
    const id = await declared(rotator);
    const before = await until(id, ({ window }) => window !== null);

    expect(before.steps).toMatchObject({
      lock: { outcome: "done" },
      contain: { outcome: "done" },
      prove: { outcome: "done" },
      rotate: { outcome: "incomplete", missing: [expect.stringContaining("only a person can give it one")] },
    });
    expect(isContained(before)).toBe(true);
    expect([grantsOf(rotator), await tries(rotator)]).toEqual([[], "denied"]);
    people.replaceByHand(rotator, "curfew/bank/rotator");
    const after = await until(id, ({ steps }) => steps.rotate?.outcome === "done");

    expect(after.steps.rotate?.message).toContain("A person replaced the credential");
    expect([await tries(rotator), await tries(rotator, stored(rotator, "curfew/bank/rotator"))]).toEqual([
      "refused",
      "denied",
    ]);
    await mailed(id, /rotator-of-bank is contained/);
  });
}
