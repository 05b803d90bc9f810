import { describe, expect, test } from "vitest";
import { type CredentialRecord, joinCredentials } from "../../lib/history/credential-record.ts";
import { secretAge } from "../../lib/history/secret-age.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { START } from "../sandbox/support/a-sandbox.ts";
import { aRememberedTenant, DAY, remembered } from "../support/remembered-tenant.ts";
import { OLD_EVENT, SHOP } from "./a-shop.ts";

describe("how old a secret is", () => {
  test("is a lower bound for an application that was there at the first look", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] });
    await world.run();
    world.advance(10);

    expect((await world.run()).secrets.get("shop")).toEqual({ since: START, source: "first-seen", isAtLeast: true });
  });

  test("is known for an application that was created between two looks", async () => {
    await using world = await aRememberedTenant({ logs: [OLD_EVENT] });
    await world.run();
    world.advance(1);
    const { body } = await world.admin("POST /clients", { name: "new", app_type: "non_interactive" });

    const { secrets, seen } = await world.run();

    expect(seen.get(body.client_id)).toEqual({ first: START + DAY, notBefore: START });
    expect(secrets.get(body.client_id)).toEqual({ since: START, source: "first-seen", isAtLeast: false });
  });

  test.each([
    { title: "POST rotate-secret", call: "POST /clients/shop/rotate-secret", body: undefined },
    { title: "PATCH with a secret", call: "PATCH /clients/shop", body: { client_secret: "x".repeat(64) } },
  ])("comes from the log after $title", async ({ call, body }) => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] });
    await world.run();
    world.advance(5);
    expect((await world.admin(call, body)).status).toBe(200);
    world.advance(1);

    const expected = { since: START + 5 * DAY, source: "tenant-log", isAtLeast: false };
    const { secrets } = await world.run();

    expect(secrets.get("shop")).toEqual(expected);
    expect(secrets.get("admin-client")?.source).toBe("first-seen"); // the actor's own secret was not changed
  });

  test("is not changed by a PATCH of something else", async () => {
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] });
    await world.admin("PATCH /clients/shop", { description: "x" });

    expect((await world.run()).secrets.get("shop")?.isAtLeast).toBe(true);
  });

  test("comes from the vault for credentials that Curfew looks after, and from the last known date when it fails", async () => {
    const credentials = [{ clientId: "shop", kind: "client-secret", secret: "apps/shop" } as const];
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] }, { credentials });
    const at = START - 40 * DAY;

    const current = { id: "v1", at };
    const first = await world.run({
      vault: { currentVersion: async (name) => (name === "apps/shop" ? current : undefined) },
    });
    const second = await world.run({
      vault: {
        currentVersion: async () => {
          throw new CurfewError("reference-unresolved", "The secret apps/shop may not be read.");
        },
      },
    });

    const expected = { since: at, source: "vault-version", isAtLeast: false };
    expect(first.secrets.get("shop")).toEqual(expected);
    expect(second.secrets.get("shop")).toEqual(expected);
    expect(second.notes).toEqual(["The date of a stored secret is not known: The secret apps/shop may not be read."]);
    expect([...second.managed]).toEqual(["shop"]);
    expect((await remembered(world.table))["CREDENTIAL#shop"]).toMatchObject({ vaultVersion: current });
  });

  /** Curfew set `v2` the day before yesterday, in place of one that is 400 days old. */
  const rotated = { clientId: "shop", seen: { first: 0 }, rotatedAt: START - 2 * DAY, rotatedTo: "v2" };
  const reading = (id: string, ageDays: number, daysAgo: number) => ({
    vaultVersion: { id, at: START - ageDays * DAY, run: `${new Date(START - daysAgo * DAY).toISOString()}#run` },
  });
  const accepted = { answer: "accepted", at: START, reason: null, detail: null } as const;

  test.each<[string, number, string, Partial<CredentialRecord>]>([
    ["Curfew's own, whose version is current, however long ago that was made", 2, "rotation", reading("v2", 30, 1)],
    ["Curfew's own, where the vault was read before", 2, "rotation", reading("v1", 400, 3)],
    [
      "Curfew's own, which was set long before it was promoted, and the vault was read in between",
      5,
      "rotation",
      { ...reading("v1", 400, 3), rotatedAt: START - 5 * DAY, promotedAt: START - 2 * DAY },
    ],
    [
      "of what was stored after that promotion, by somebody who did so during the run",
      1,
      "vault-version",
      { ...reading("v3", 1, 3), rotatedAt: START - 5 * DAY, promotedAt: START - 2 * DAY },
    ],
    ["of the version before, where people went back to it", 400, "vault-version", reading("v1", 400, 1)],
    [
      "of the version before, where people set it at Auth0 as well",
      400,
      "vault-version",
      { ...reading("v1", 400, 0.5), rotationInLog: START - DAY, probe: accepted },
    ],
    [
      "of the change at Auth0, of which the vault knows nothing",
      1,
      "tenant-log",
      { ...reading("v1", 400, 0.5), rotationInLog: START - DAY, probe: { ...accepted, answer: "refused" } },
    ],
    [
      "of the change at Auth0, where the stored one was accepted within the ten minutes after it",
      1,
      "tenant-log",
      {
        ...reading("v1", 400, 0.5),
        rotationInLog: START - DAY,
        probe: { ...accepted, at: START - DAY + 600_000 },
      },
    ],
    [
      "of the change at Auth0, where the vault could not be read since",
      1,
      "tenant-log",
      { ...reading("v2", 2, 1.5), rotationInLog: START - DAY, probe: accepted },
    ],
  ])("is %s", (_, days, source, more) => {
    const age = secretAge({ ...rotated, ...more }, START - 29 * DAY, START);

    expect(age).toEqual({ since: START - days * DAY, source, isAtLeast: false });
  });

  test("is not that of a version which was current before one that somebody else set at Auth0", () => {
    const { rotatedAt: _, ...found } = { ...rotated, promotedAt: START - 2 * DAY, ...reading("v1", 400, 3) };
    const age = secretAge(found, START - 29 * DAY, START);

    expect(age).toEqual({ since: START - 29 * DAY, source: "tenant-log", isAtLeast: true });
  });

  test("keeps what Curfew set together with when, in whatever order records are joined", () => {
    const earlier = { ...rotated, rotatedAt: START - 9 * DAY, rotatedTo: "v9" };

    expect([joinCredentials(earlier, rotated), joinCredentials(rotated, earlier)]).toEqual([rotated, rotated]);
    // Promoted once more, later: what counts is the promotion, and its date comes along.
    const again = { ...earlier, promotedAt: START - DAY };
    expect([joinCredentials(again, rotated), joinCredentials(rotated, again)]).toEqual([again, again]);
  });

  test("that the vault does not tell of many secrets is one note, which names the first", async () => {
    const ids = Array.from({ length: 1_200 }, (_, index) => index);
    const credentials = ids.map((id) => ({ clientId: `c${id}`, kind: "client-secret", secret: `apps/${id}` }) as const);
    await using world = await aRememberedTenant({ clients: [SHOP], logs: [OLD_EVENT] }, { credentials });
    const currentVersion = async (name: string) => {
      throw new CurfewError("reference-unresolved", `The secret ${name} may not be read.`);
    };

    const { notes } = await world.run({ vault: { currentVersion } });

    const named = [0, 1, 2].map((id) => `The secret apps/${id} may not be read.`).join(" ");
    expect(notes).toEqual([`The dates of 1,200 stored secrets are not known, of the first because of this: ${named}`]);
  });
});
