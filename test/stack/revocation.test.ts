import { afterAll, afterEach, describe, it } from "vitest";
import { readAsked } from "../../lib/revocation/approvals/asked.ts";
import { isContained, stoppedAt } from "../../lib/revocation/incident/incident.ts";
import { approvals } from "./cases/revocation/approvals.ts";
import { leaks } from "./cases/revocation/leaks.ts";
import { troubles } from "./cases/revocation/troubles.ts";
import { CANARY } from "./support/cast.ts";
import type { AccessKey } from "./support/incident-cast.ts";
import { peopleOf } from "./support/incident-people.ts";
import { startIncidents } from "./support/start-incidents.ts";

const incidents = await startIncidents();
afterAll(() => incidents[Symbol.asyncDispose]());
afterEach(() => incidents.stop());
const people = peopleOf(incidents);
const { declared, order } = people;
const { desk, until, eventually, steal, byHand, incident } = incidents;

const TIMEOUT = { timeout: 180_000 };

describe("an emergency revocation through the bundles", TIMEOUT, () => {
  it("locks and contains an application whose secret leaked, says the window, and tells people of each", async ({
    expect,
  }) => {
    expect(await steal("checkout")).toBe(200);
    const id = await declared("checkout");
    const known = await until(id, ({ window }) => window !== null);

    expect(known.steps).toMatchObject({ lock: { outcome: "done" }, contain: { outcome: "done" } });
    expect(known.openedBy).toBe("arn:aws:sts::111122223333:assumed-role/oncall/dana");
    expect(await steal("checkout")).not.toBe(200);
    expect(incidents.grantsOf("checkout")).toEqual([]);
    expect(incidents.mails(id).slice(0, 2)).toEqual([
      "CRITICAL acme: an emergency is declared: checkout leaked",
      "CRITICAL acme: checkout is locked: it gets no new token for itself",
    ]);
    await until(id, ({ steps }) => steps.investigate?.outcome === "done");
  });

  it("takes away again what another tool puts back while it is still being replaced, and tells people", async ({
    expect,
  }) => {
    const id = await declared("billing");
    await until(id, ({ steps }) => steps.contain?.outcome === "done");
    incidents.putBack("billing");
    const at = incidents.sandbox.clock.now();
    await incidents.mailed(id, /put back|given back/i);

    expect(await steal("billing")).not.toBe(200);
    const { steps, ...proven } = await until(id, isContained);
    expect(steps.rotate?.at).toBeGreaterThan(at);
    expect(stoppedAt({ steps, ...proven })).toBeGreaterThan(steps.contain?.at ?? Number.NaN);
  });

  it("is the same incident however often it is started, also by hand", async ({ expect }) => {
    const ids = await Promise.all([declared("twice"), declared("twice")]);
    const [id = ""] = ids;
    await incidents.mailed(id, /declared/);
    // Before what leaked is replaced: a later report may be about the new credential, which is another incident.
    const again = byHand(order("twice"));
    await until(id, ({ steps }) => steps.contain?.outcome === "done");
    const locks = `"step":"lock","incident":"${id}"`;
    await eventually(() => JSON.stringify(again.history).includes(locks) || undefined);

    expect(new Set(ids).size).toBe(1);
    expect(incidents.mails(id).filter((subject) => subject.includes("declared"))).toHaveLength(1);
  });

  it("changes nothing in a drill, walks the same way, and is closed with its evidence", async ({ expect }) => {
    const id = await declared("drilled", { drill: true });
    // A second person practises, too.
    for (const step of ["key-revocation", "restore"] as const) {
      const { planHash } = await eventually(async () => (await readAsked(incidents.table, id, step)) ?? undefined);
      expect((await desk("ASIALEAD", `incidents/${id}/${step}/approve`, { planHash })).status).toBe(200);
    }
    const known = await until(id, ({ closedAt }) => closedAt !== null);

    expect(id).toMatch(/^drill-/);
    expect(known.steps).toMatchObject({
      lock: { outcome: "done" },
      contain: { outcome: "done" },
      close: { outcome: "done" },
    });
    expect(await steal("drilled")).toBe(200);
    expect(incidents.grantsOf("drilled")).toHaveLength(1);
    expect(await incidents.evidence(id)).toEqual([expect.stringMatching(/\.html$/), expect.stringMatching(/\.json$/)]);
    expect((await incidents.ended(id)).status).toBe("SUCCEEDED");
  });

  it("contains an application without grants, and one whose secret nobody manages", async ({ expect }) => {
    const ids = await Promise.all([declared("grantless"), declared("stranger")]);
    for (const id of ids) {
      const { steps } = await until(id, ({ window }) => window !== null);
      expect(steps).toMatchObject({ lock: { outcome: "done" }, contain: { outcome: "done" } });
      // Replacing and proving went on beside watching, and is nobody's use.
      expect(incidents.mails(id).filter((subject) => /used|log in/.test(subject))).toEqual([]);
    }
    expect(await steal("stranger")).not.toBe(200);
    // What a person's machine has tried counts more than what the vault's credential gets.
    const [id = ""] = ids;
    const came = {
      said: "accepted",
      run: crypto.randomUUID(),
      trial: { came: "issued", detail: "https://orders.example/" },
    };
    for (const body of [{ begins: 20, run: came.run }, came]) {
      expect((await desk("ASIAONCALL", `incidents/${id}/trial`, body)).status).toBe(200);
    }
    expect((await incident(id)).steps.prove).toMatchObject({
      outcome: "incomplete",
      missing: [expect.stringContaining("STILL GETS")],
    });
  });

  it("calls nothing contained of what no lever of the application's reaches", async ({ expect }) => {
    const [website, user, opaque] = await Promise.all([
      declared("website"),
      declared("stocked", { token: token({ subject: "auth0|5f", clientId: "stocked" }) }),
      declared("stocked", { name: "opaque", token: token({ form: "opaque", clientId: null, sha256: "1".repeat(64) }) }),
    ]);
    const kinds = await Promise.all([website, user, opaque].map((id) => until(id, ({ window }) => window !== null)));

    expect(kinds.map(({ leak }) => [leak?.kind, leak?.isContainable])).toEqual([
      ["public-client", false],
      ["user-token", false],
      ["opaque-token", false],
    ]);
    for (const { steps } of kinds) expect([steps.lock?.outcome, steps.contain?.outcome]).toEqual(NOT_APPLICABLE);
    expect(kinds[0]?.window?.state).toBe("open");
    // A person's word that the refresh tokens are gone closes it.
    const at = kinds[0]?.openedAt;
    expect((await desk("ASIAONCALL", `incidents/${website}/refresh-tokens-revoked`, { at })).status).toBe(200);
    expect((await until(website, ({ window }) => window?.state === "closes")).window).toMatchObject({
      state: "closes",
    });
    expect(await steal("stocked")).toBe(200);
  });

  it("says exactly what is missing where the responder lacks a scope, and locks all the same", async ({ expect }) => {
    const id = await declared("shop", { tenant: "half" });
    const { steps } = await until(id, ({ window }) => window !== null);

    expect(steps).toMatchObject({
      lock: { outcome: "done" },
      contain: { outcome: "incomplete", code: "missing-scope" },
    });
    expect(JSON.stringify(steps.contain)).toContain("delete:client_grants");
    await incidents.mailed(id, /NOT contained/);
  });

  it("is paged by the machine itself where the function fails, and goes on", async ({ expect }) => {
    incidents.kill("out-of-functions", 12);
    const id = await declared("broken", { name: "out-of-functions" });
    await incidents.mailed(id, /an incident needs people now/);
    const { steps } = await until(id, ({ window }) => window !== null);

    expect(steps.contain).toMatchObject({ outcome: "done" });
  });

  it("is started by whoever is named for it, and nobody else", async ({ expect }) => {
    const answers = await Promise.all([
      desk("ASIASTRANGER", "incidents", order("nobody")),
      desk("ASIAONCALL", "incidents", { ...order("nobody"), tenant: "acne" }),
      desk("ASIAONCALL", "incidents", { ...order("nobody"), token: { ...token({}), value: "eyJ" } }),
      desk("ASIAONCALL", "incidents/x", {}),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 400, 400, 404]);
    await incident("2026-01-01-nobody").then(
      () => expect.unreachable(),
      ({ code }) => expect(code).toBe("arguments-invalid"),
    );
  });
});

it(
  "revokes a signing key once a second person approved exactly that plan, and for nobody else",
  TIMEOUT,
  async ({ expect }) => {
    const id = await declared("till");
    const asked = () => readAsked(incidents.table, id, "key-revocation");
    await eventually(async () => (await asked()) ?? undefined);
    await incidents.mailed(id, /approv|asked|wait/i);
    const planHash = (await asked())?.planHash ?? "";
    const decide = async (as: AccessKey, decision: string, hash = planHash) =>
      (await desk(as, `incidents/${id}/key-revocation/${decision}`, { planHash: hash })).status;
    const refused = [
      await decide("ASIAONCALL", "approve"),
      await decide("ASIABOTH", "approve"),
      await decide("ASIASTRANGER", "reject"),
      await decide("ASIALEAD", "approve", "0".repeat(64)),
    ];

    expect(refused.filter((status) => status === 200)).toEqual([]);
    expect((await asked())?.decision).toBeNull();
    expect(await decide("ASIALEAD", "approve")).toBe(200);
    const { steps } = await until(id, (known) => known.steps["key-revocation"] !== undefined);
    expect(steps["key-revocation"]?.outcome).toBe("done");
    expect(incidents.revokedKeys("acme")).toBe(1);
    expect(await decide("ASIALEAD", "approve")).toBe(200);
  },
);

describe("what leaks beside a secret", TIMEOUT, () => leaks(incidents, people));
describe("what stands in the way", TIMEOUT, () => troubles(incidents, people));
describe("what a second person decides", TIMEOUT, () => approvals(incidents, people));

it("tries for a quarter of an hour where nobody reaches the tenant, and then goes on", TIMEOUT, async ({ expect }) => {
  const id = await declared("depot", { tenant: "gone" });
  await until(id, ({ steps }) => steps.contain !== undefined);
  expect((await incident(id)).window).toBeNull();
  await incidents.pass(15 * 60);
  const { steps } = await until(id, ({ window }) => window !== null);

  expect(steps).toMatchObject({ lock: UNREACHABLE, contain: UNREACHABLE });
  await incidents.mailed(id, /NOT contained/);
});

const UNREACHABLE = { outcome: "incomplete", code: "unreachable" };

it(
  "leaves no secret and no token in tables, evidence, logs, messages, or the history of an execution",
  TIMEOUT,
  async ({ expect }) => {
    const { sightings, looked } = await incidents.witness();

    console.info(
      `canary ${CANARY}: looked at ${[...looked.values()].reduce((sum, count) => sum + count, 0)} texts of ${looked.size} places`,
    );
    expect(looked.size).toBeGreaterThan(6);
    expect(sightings).toEqual([]);
  },
);

const NOT_APPLICABLE = ["not-applicable", "not-applicable"];

/** What is known of a leaked token, whose signature was right. */
const token = (facts: object) => ({
  form: "jwt",
  issuer: "https://acme.auth0.example/",
  subject: "stocked@clients",
  clientId: "stocked",
  audience: ["https://orders.example/"],
  scopes: ["read:orders"],
  grantType: null,
  issuedAt: null,
  notBefore: null,
  expiresAt: null,
  jti: null,
  kid: null,
  sha256: "0".repeat(64),
  signature: { status: "verified" },
  ...facts,
});
