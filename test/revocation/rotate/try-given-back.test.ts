import { describe, expect, it } from "vitest";
import type { Alert } from "../../../lib/alerts/alert.ts";
import { askedKey } from "../../../lib/revocation/approvals/asked.ts";
import { type Incident, incidentKey } from "../../../lib/revocation/incident/incident.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { tryGivenBack } from "../../../lib/revocation/rotate/try-given-back.ts";
import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import { CLIENT_ID } from "../../rotation/world/payload.ts";
import { done } from "../support.ts";
import { type LeakedOptions, leakedWorld } from "./leaked-world.ts";

const GRANT = { audience: "https://orders", scopes: ["read:orders"], subjectType: "client", organizations: [] };
const PLAN = {
  ...{ clientId: CLIENT_ID, grantTypes: ["client_credentials"], networkAcl: false, leftOut: [] },
  grants: [GRANT],
};

/** Replaces what leaked, has it given back, and tries that. */
async function triedAfter(options: LeakedOptions, changes: Partial<Incident> = {}) {
  const world = await leakedWorld(options);
  await world.step(rotateLeaked);
  const known = world.incident();
  const restore = done(world.clock.now());
  await world.table.put(incidentKey(known.id), { ...known, steps: { ...known.steps, restore }, ...changes });
  await world.table.put(incidentKey("later"), { ...known, id: "later" });
  const decision = { by: "kim", at: 0, decision: "approve" };
  await world.table.put(askedKey(known.id, "restore"), { plan: PLAN, decision });
  world.tokens.answer = { answer: "issued", scopes: ["read:orders"] };
  const heard: Alert[] = [];
  const publisher = { publish: async (alert: Alert) => void heard.push(alert) };
  await world.step((incident, parts) => tryGivenBack(incident, { ...parts, publisher }));
  return { world, restore, titles: heard.map(({ title }) => title), items: heard.flatMap(({ items }) => items) };
}

describe("what was given back", () => {
  it.each(CREDENTIAL_KINDS)("is tried with the new %s, and people hear that it is as approved", async (kind) => {
    const { world, restore, titles } = await triedAfter({ kind });

    expect(titles).toEqual([expect.stringMatching(/is restored$/)]);
    expect(world.incident().steps.restore).toMatchObject({
      at: restore.at,
      message: expect.stringContaining("a token has just what was approved"),
    });
  });

  it("is tried though no rotator can look at the application", async () => {
    const { items } = await triedAfter({ withoutRotator: "there is none" });

    // What is stored is what leaked, and the tenant takes it: the token is what is compared.
    expect(items.join("\n")).not.toContain("does not have the new credential");
  });

  it("is said not to be tried where nothing is stored", async () => {
    const { titles, items } = await triedAfter({ isUnmanaged: true, withoutRotator: "there is none" });

    expect(titles).toEqual([expect.stringMatching(/is NOT restored as approved$/)]);
    expect(items.join("\n")).toContain("Curfew does not have the new credential");
  });

  it.each<{ title: string; options?: LeakedOptions; changes?: Partial<Incident> }>([
    { title: "in a drill", options: { incident: { drill: true } } },
    { title: "before anything was given back", changes: { steps: {} } },
    { title: "once a later incident decides what it may have", changes: { followedBy: "later" } },
    { title: "once a person has ended it", changes: { ended: { at: 0, by: "sam", reason: "r" } } },
    { title: "once it is closed: what is kept of it stands", changes: { closedAt: 0 } },
  ])("is not tried $title", async ({ options = {}, changes = {} }) => {
    const { titles, world } = await triedAfter(options, changes);

    expect(titles).toEqual([]);
    expect(world.incident()).toMatchObject(changes);
  });
});
