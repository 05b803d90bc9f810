import { expect, it } from "vitest";
import { managementAudience } from "../../../../lib/auth0/tenant-address.ts";
import { isContained } from "../../../../lib/revocation/incident/incident.ts";
import { domainOf, ORDERS } from "../../support/incident-cast.ts";
import type { People } from "../../support/incident-people.ts";
import type { Incidents } from "../../support/start-incidents.ts";

/** What can leak beside a secret: a registered key, and tokens of every kind. */
export function leaks(incidents: Incidents, people: People): void {
  const { until, mailed, mails, grantsOf } = incidents;
  const { declared, facts, tries, stored, client } = people;
  const managementApi = managementAudience(domainOf("acme"));

  it("detaches the registered key that leaked at once, and puts a new one in its place beside the other", async () => {
    const [leaked, other] = [people.key("signer", "leaked-key"), people.key("signer", "other-key")];
    expect(await Promise.all([tries("signer", leaked), tries("signer", other)])).toEqual(["issued", "issued"]);
    const id = await declared("signer", { leakedKey: "leaked-key" });
    const known = await until(id, ({ window }) => window !== null);

    expect(known.leak?.kind).toBe("registered-key");
    expect(known.steps).toMatchObject({
      lock: { outcome: "done" },
      "detach-key": { outcome: "done" },
      contain: { outcome: "done" },
      rotate: { outcome: "done" },
      prove: { outcome: "done" },
    });
    expect(isContained(known)).toBe(true);
    const answers = [
      await tries("signer", leaked),
      await tries("signer", other),
      await tries("signer", stored("signer")),
    ];
    expect(answers).toEqual(["refused", "denied", "denied"]);
    const { keys, attached } = people.keysOf("signer");
    expect([keys.length, keys.includes("other-key"), keys.includes("leaked-key")]).toEqual([2, true, false]);
    expect(attached).toEqual(keys);
    await mailed(id, /is contained/);
  });

  it("closes the application of a machine's token, counts its own end, and tells of each use of it", async () => {
    const token = await people.token("courier", managementApi);
    const leaked = await facts("courier", token);
    // What is planted after the lock comes into the log before or after somebody looks back, as it happens.
    expect(await people.call("courier", token, "POST", "/clients", { name: "planted before" })).toBe(201);
    const id = await declared("courier", { token: leaked });
    await until(id, ({ steps }) => steps.lock?.outcome === "done");
    // Nobody can call it back, and that is said.
    expect(await people.call("courier", token, "POST", "/clients", { name: "planted" })).toBe(201);
    const known = await until(id, ({ window }) => window !== null);

    expect(known.leak?.kind).toBe("machine-token");
    expect(known.token).toMatchObject({ jti: leaked.jti, signature: { status: "verified" } });
    expect(isContained(known)).toBe(true);
    expect(known.window?.state === "closes" && known.window.at >= (leaked.expiresAt ?? Infinity) + 60_000).toBe(true);
    expect(await tries("courier", undefined, managementApi)).toBe("refused");
    expect(grantsOf("courier")).toEqual([]);
    await mailed(id, /courier was used after it was locked/);
    expect(incidents.texts(id)).toContainEqual(expect.stringContaining("POST /api/v2/clients"));
    await mailed(id, /may be exposed or planted/);
  });

  it("closes the API Explorer of a tenant, and never calls that contained: the dashboard opens it again", async () => {
    const id = await declared("explorer", { token: await facts("explorer", await people.token("explorer")) });
    const known = await until(id, ({ window }) => window !== null);

    expect(known.leak).toMatchObject({ kind: "explorer-token", isContainable: false });
    expect(known.steps).toMatchObject({ lock: { outcome: "done" }, contain: { outcome: "done" } });
    expect(isContained(known)).toBe(false);
    expect(grantsOf("explorer")).toEqual([]);
    expect(client("explorer")?.grant_types).toEqual([]);
    expect(await tries("explorer")).not.toBe("issued");
    await mailed(id, /explorer is locked/);
    expect(mails(id)).not.toContainEqual(expect.stringContaining("is contained"));
  });

  it("closes nothing for a user's token, says what people can do, and stays open until a person's word", async () => {
    const login = { clientId: "portal", userId: "auth0|5f", audience: ORDERS.identifier, scope: "read:orders" };
    const { accessToken } = await incidents.sandbox.tenant("acme").issueUserTokens(login);
    const id = await declared("portal", { token: await facts("portal", accessToken) });
    const known = await until(id, ({ window }) => window !== null);

    expect(known.leak).toMatchObject({ kind: "user-token", isContainable: false, levers: [] });
    expect(isContained(known)).toBe(false);
    expect(known.window?.state).toBe("open");
    expect([await tries("portal"), grantsOf("portal")]).toEqual(["issued", [ORDERS.identifier]]);
    await mailed(id, /cannot be contained by Curfew/);
    expect(incidents.texts(id)).toContainEqual(expect.stringContaining("Authorized Applications"));
    const word = await incidents.desk("ASIAONCALL", `incidents/${id}/refresh-tokens-revoked`, { at: known.openedAt });
    expect(word.status).toBe(200);
    expect((await until(id, ({ window }) => window?.state === "closes")).closedAt).toBeNull();
  });

  it("starts nothing for a token that is forged or another tenant's: it does not get as far as the desk", async () => {
    const token = await people.token("stocked");
    const [head = "", body = "", signature = ""] = token.split(".");
    const forged = `${head}.${body}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    const before = incidents.sandbox.tenant("acme").requests.length;

    await expect(facts("stocked", forged)).rejects.toMatchObject({ code: "token-refused" });
    await expect(facts("kiosk", token)).rejects.toMatchObject({ code: "token-refused" });
    // Functions of the incidents before may still be at work, each with a login of its own.
    const asked = incidents.sandbox.tenant("acme").requests.slice(before);
    expect(asked.map(({ path }) => path).filter((path) => !/^\/(api|oauth)\//.test(path))).toEqual([
      "/.well-known/jwks.json",
    ]);
  });
}
