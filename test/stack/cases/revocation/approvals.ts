import { expect, it } from "vitest";
import { managementAudience } from "../../../../lib/auth0/tenant-address.ts";
import { hours } from "../../../../lib/model/duration.ts";
import { domainOf, ORDERS } from "../../support/incident-cast.ts";
import type { People } from "../../support/incident-people.ts";
import type { Incidents } from "../../support/start-incidents.ts";

const GRANT = [ORDERS.identifier];

/** What a second person is asked, and what comes of each answer. */
export function approvals(incidents: Incidents, people: People): void {
  const { until, mailed, mails, grantsOf, revokedKeys } = incidents;
  const rotateSigningKey = async (): Promise<void> => {
    const responder = "responder-of-acme";
    const token = await people.token(responder, managementAudience(domainOf("acme")));
    expect(await people.call(responder, token, "POST", "/keys/signing/rotate")).toBe(201);
  };
  const { declared, asked, decide, tries, stored, client } = people;

  it("gives back what a second person approved, with the new credential alone, and closes after the window", async () => {
    const id = await declared("returned");
    const { planHash } = await asked(id, "restore");
    const refused = [
      await decide("ASIAONCALL", id, "restore", "approve", planHash),
      await decide("ASIABOTH", id, "restore", "approve", planHash),
    ];
    expect(refused).toMatchObject([
      { status: 403, said: expect.stringContaining("not among those who may decide") },
      { status: 409, said: expect.stringContaining("You started this incident") },
    ]);
    expect(grantsOf("returned")).toEqual([]);

    expect(await decide("ASIALEAD", id, "restore", "approve", planHash)).toMatchObject({ status: 200 });
    const { restored, window } = await until(id, ({ steps }) => steps.restore !== undefined);
    await mailed(id, /is restored/);

    expect(restored).toBeDefined();
    expect(grantsOf("returned")).toEqual(GRANT);
    expect(client("returned")?.grant_types).toEqual(["client_credentials"]);
    expect(await Promise.all([tries("returned", stored("returned")), tries("returned")])).toEqual([
      "issued",
      "refused",
    ]);

    const { closedAt, steps } = await until(id, (known) => known.closedAt !== null);
    expect(window?.state === "closes" && window.at <= (closedAt ?? 0)).toBe(true);
    expect(steps).toMatchObject({ close: { outcome: "done" }, restore: { outcome: "done" } });
    expect((await incidents.ended(id)).status).toBe("SUCCEEDED");
    expect(await incidents.evidence(id)).toHaveLength(2);
    const turns = [
      "declared",
      "is locked",
      "is contained",
      "waits for approval",
      "restore is approved",
      "is restored",
      "is closed",
    ];
    for (const turn of turns) expect(mails(id)).toContainEqual(expect.stringContaining(turn));
  });

  it("gives nothing back and revokes no key after a no, and reminds of it the next day", async () => {
    const revoked = revokedKeys("acme");
    const id = await declared("refused");
    for (const step of ["key-revocation", "restore"] as const) {
      const { planHash } = await asked(id, step);
      expect(await decide("ASIALEAD", id, step, "reject", planHash)).toMatchObject({ status: 200 });
    }
    await until(id, ({ steps }) => steps.restore !== undefined && steps["key-revocation"] !== undefined);
    await incidents.pass(hours(25));

    expect((await incidents.incident(id)).steps).toMatchObject({
      restore: { outcome: "incomplete", missing: [expect.stringContaining("kim said no")] },
      "key-revocation": { outcome: "not-applicable", message: expect.stringContaining("said no") },
    });
    expect(mails(id).filter((subject) => subject.includes("restore is rejected"))).toHaveLength(2);
    expect(grantsOf("refused")).toEqual([]);
    expect(client("refused")?.grant_types).toEqual([]);
    expect(await tries("refused", stored("refused"))).toBe("denied");
    expect(revokedKeys("acme")).toBe(revoked);
  });

  it("stays contained where nobody answers, takes no answer that comes too late, and closes after a week", async () => {
    const revoked = revokedKeys("acme");
    const id = await declared("unanswered");
    const key = await asked(id, "key-revocation");
    const { planHash } = await asked(id, "restore");
    await incidents.pass(hours(1));
    const late = await decide("ASIALEAD", id, "key-revocation", "approve", key.planHash);
    const { closedAt, window, steps } = await until(id, (known) => known.closedAt !== null);

    expect(late).toMatchObject({ status: 409, said: expect.stringContaining("The time to answer was over") });
    expect(await decide("ASIALEAD", id, "restore", "approve", planHash)).toMatchObject({
      status: 409,
      said: expect.stringContaining("is closed"),
    });
    expect(window?.state === "closes" && (closedAt ?? 0) - window.at >= 7 * hours(24) * 1_000).toBe(true);
    expect(steps.restore).toMatchObject({
      outcome: "incomplete",
      missing: [expect.stringContaining("stays contained")],
    });
    expect(mails(id).filter((subject) => /restore waits for approval \(asked again\)/.test(subject))).toHaveLength(7);
    expect(mails(id)).toContainEqual(expect.stringContaining("restore was not answered"));
    expect(grantsOf("unanswered")).toEqual([]);
    expect(await tries("unanswered", stored("unanswered"))).toBe("denied");
    expect(revokedKeys("acme")).toBe(revoked);
    expect(await incidents.evidence(id)).toHaveLength(2);
  });

  it("takes no answer to a plan that has changed since, and revokes just the key of the new one", async () => {
    const { state } = incidents.sandbox.tenant("acme");
    const kid = state.signingKeys.find(({ current }) => current)?.kid;
    const id = await declared("changed");
    const before = await asked(id, "key-revocation");
    incidents.stop(); // it died, and meanwhile somebody rotates the key
    await rotateSigningKey();
    await declared("changed");
    const after = await incidents.eventually(async () => {
      const now = await asked(id, "key-revocation");
      return now.planHash === before.planHash ? undefined : now;
    });

    expect([before.plan, after.plan]).toEqual([
      { kid, rotatesFirst: true },
      { kid, rotatesFirst: false },
    ]);
    expect(await decide("ASIALEAD", id, "key-revocation", "approve", before.planHash)).toMatchObject({
      status: 409,
      said: expect.stringContaining("has changed since you saw it"),
    });
    expect(await decide("ASIALEAD", id, "key-revocation", "approve", after.planHash)).toMatchObject({ status: 200 });
    await until(id, ({ steps }) => steps["key-revocation"] !== undefined);
    expect(state.signingKeys.find((key) => key.kid === kid)).toMatchObject({ revoked: true });
    expect(mails(id)).toContainEqual(expect.stringContaining("key-revocation is approved"));
  });
}
