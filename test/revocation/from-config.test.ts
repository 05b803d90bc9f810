import { describe, expect, test } from "vitest";
import type { SecretSources } from "../../lib/config/references.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { incidentSettings, openResponder } from "../../lib/revocation/from-config.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { changeIncident, recordStep } from "../../lib/revocation/incident/incidents.ts";
import { mayBeLocked } from "../../lib/revocation/incident/open-about.ts";
import { openIncident } from "../../lib/revocation/incident/open-incident.ts";
import type { ResponderTenant } from "../../lib/revocation/ports.ts";
import type { Table } from "../../lib/store/table.ts";
import { changed, configOf, FULL } from "../config/example.ts";
import { machine } from "../sandbox/support/a-sandbox.ts";
import { memoryTable } from "../support/memory-table.ts";
import { respondedSandbox } from "../support/responded-sandbox.ts";
import { DAY, done, HOUR, incidentOf, THREE_AM } from "./support.ts";

const tenantOf = (text: string): TenantConfig => {
  const [tenant] = configOf(text).tenants;
  if (!tenant) throw new Error("there is a tenant");
  return tenant;
};

const SPARE = "    spareResponder: { clientId: spare, secret: env:SPARE_SECRET }\n";
const WITHOUT_SPARE = changed("    spareResponder: { clientId: pqr, secret: env:SPARE_SECRET }\n", "");

const secrets: SecretSources = {
  env: { RESPONDER_SECRET: "responder-secret", SPARE_SECRET: "spare-secret" },
  secretsManager: () => Promise.reject(new Error("nothing is stored")),
};

describe("what the configuration says of an emergency", () => {
  test("is who owns the tenant, where Curfew's requests come from, and which applications are its own", () => {
    expect(incidentSettings(tenantOf(FULL))).toEqual({
      tenant: "acme-prod",
      domain: "acme.eu.auth0.com",
      owner: "identity@acme.example",
      egress: ["203.0.113.7/32", "2001:db8::/64"],
      own: new Map([
        ["abc", { role: "auditor", hasSpare: true }],
        ["def", { role: "rotator", hasSpare: true }],
        ["ghi", { role: "responder", hasSpare: true }],
        ["pqr", { role: "spareResponder", hasSpare: true }],
      ]),
    });
  });

  test("names all that one application is: who acts against it, and what stands still meanwhile", () => {
    const both = changed("clientId: ghi", "clientId: def");
    const { own } = incidentSettings(tenantOf(both));

    expect(own.get("def")).toEqual({ role: "responder", also: ["rotator"], hasSpare: true });
  });

  test("may be little", () => {
    const least = `version: 1\ntenants:\n  - { name: a, domain: acme.auth0.com, auditor: { clientId: abc, secret: env:A } }\n`;
    expect(incidentSettings(tenantOf(least))).toMatchObject({
      owner: null,
      egress: null,
      own: new Map([["abc", { role: "auditor", hasSpare: false }]]),
    });
  });
});

const UNREADABLE = new CurfewError("store-failed", "The table does not answer.");

describe("the login that acts", () => {
  const CLIENTS = {
    clients: [machine("ghi", { client_secret: "responder-secret" }), machine("spare"), machine("job")],
  };

  /** Who asked for a token, after an incident about a client read it. */
  async function actsAgainst(clientId: string, spare: string, table?: Table): Promise<string[]> {
    await using tenant = await respondedSandbox(CLIENTS);
    const text = changed("http://127.0.0.1:4401", tenant.tenant.origin, WITHOUT_SPARE);
    const config = tenantOf(changed("    credentials:\n", `${spare}    credentials:\n`, text));
    const { clock, random, fetch, retryPolicy, timeout, signal } = tenant.access;
    const parts = {
      clock,
      random,
      signal,
      ...(table && { table }),
      ...(fetch && retryPolicy && timeout ? { fetch, retryPolicy, timeout } : {}),
    };
    const responder = await openResponder(config, clientId, secrets, parts);
    const refused = await responder.client().catch((error) => error);
    const asked = tenant.sent
      .filter(({ path }) => path === "/oauth/token")
      .map(({ body }) => new URLSearchParams(String(body)).get("client_id") ?? "");
    for (const client of asked) {
      const login = { role: client === "ghi" ? "responder" : "spareResponder", clientId: client };
      expect(refused).toMatchObject({ code: "no-grant", login });
    }
    return asked;
  }

  test("is the responder's, and against the responder the spare's alone", async () => {
    expect(await actsAgainst("job", SPARE)).toEqual(["ghi"]);
    expect(await actsAgainst("spare", SPARE)).toEqual(["ghi"]);
    expect(await actsAgainst("ghi", SPARE)).toEqual(["spare"]);
    expect(await actsAgainst("ghi", "")).toEqual([]);
  });

  test("is the spare's against every application while an incident has locked the responder, or left it locked, and the responder's where the table cannot say so", async () => {
    const table = memoryTable();
    const report = { tenant: "acme-prod", clientId: "ghi", reason: "r", openedAt: THREE_AM, openedBy: "dana" };
    const incident = await openIncident(table, { ...report, leakedSince: null, drill: false, token: null });
    expect(await actsAgainst("job", SPARE, table)).toEqual(["ghi"]);
    await recordStep(table, incident.id, "lock", done(THREE_AM));

    expect(await actsAgainst("job", SPARE, table)).toEqual(["spare"]);
    expect(await actsAgainst("spare", SPARE, table)).toEqual([]);
    const failing = () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(UNREADABLE) }) });
    expect(await actsAgainst("job", SPARE, { ...table, list: failing })).toEqual(["ghi"]);
    await changeIncident(table, incident.id, (known) => ({ ...known, closedAt: THREE_AM + DAY }));
    expect(await actsAgainst("job", SPARE, table)).toEqual(["spare"]);
    expect(await actsAgainst("spare", SPARE, table)).toEqual(["ghi"]);
  });

  test("is nobody's against a responder without a spare: nothing is sent, and everything says why", async () => {
    const parts = { clock: { now: () => 0, sleep: async () => undefined }, random: () => 0 };
    const nothing = { ...parts, signal: new AbortController().signal, fetch: () => Promise.reject(new Error("sent")) };
    const tenant = await openResponder(tenantOf(WITHOUT_SPARE), "ghi", secrets, nothing);
    const calls = Object.entries(tenant) as [keyof ResponderTenant, (...values: unknown[]) => unknown][];
    expect(calls.length).toBeGreaterThan(20);
    for (const [name, call] of calls.filter(([name]) => name !== "logEvents")) {
      await expect(call(), name).rejects.toMatchObject({ code: "configuration-invalid", detail: "no spareResponder" });
    }
    const reading = async () => {
      for await (const _ of tenant.logEvents(undefined)) throw new Error("there is no event");
    };
    await expect(reading()).rejects.toMatchObject({ detail: "no spareResponder" });
  });

  test("must be configured", async () => {
    const text = changed("    responder: { clientId: ghi, secret: env:RESPONDER_SECRET }\n", "", WITHOUT_SPARE);
    const parts = { clock: { now: () => 0, sleep: async () => undefined }, random: () => 0 };
    const opening = openResponder(tenantOf(text), "job", secrets, { ...parts, signal: new AbortController().signal });
    await expect(opening).rejects.toMatchObject({
      code: "configuration-invalid",
      message: expect.stringContaining("secretsmanager:curfew/acme-prod/responder"),
    });
  });
});

describe("whether an application may still be locked", () => {
  const lock = done(THREE_AM);
  const restored = { at: THREE_AM + HOUR, stoppedAt: THREE_AM };
  const back = { restored: { ...restored, isOpen: true } } as const;
  const closed = { closedAt: THREE_AM + DAY };
  const putBack = {
    lock: { ...lock, outcome: "incomplete", missing: ["it"], code: null, wasComplete: true },
  } as const;
  test.each<[string, Partial<Incident>[], boolean]>([
    ["closed, and left it locked", [closed], true],
    ["about to open it, which may have been refused", [{ restored }], true],
    ["being locked again", [{ steps: putBack }], true],
    ["given back", [{ ...back, ...closed }], false],
    ["given back, and no grant type of it", [{ restored: { ...restored, staysLocked: true } }], true],
    ["nothing that locks", [{ ...closed, steps: {} }], false],
    ["closed before the one that went on from it gave it back", [closed, { ...back, keptBy: "0" }], false],
    ["given back after a person had ended the one that went on from it", [back, { ...closed, keptBy: "0" }], false],
    ["given back before the next one locked it", [back, { keptBy: "0", steps: { lock: done(THREE_AM + DAY) } }], true],
    ["left locked, so that the next one found nothing to give back", [closed, { ...back, ...closed }], true],
  ])("%s", (_, incidents, isLocked) => {
    const about = incidents.map((one, index) => incidentOf({ id: String(index), steps: { lock }, ...one }));

    expect(mayBeLocked(about)).toBe(isLocked);
    expect(mayBeLocked(about.toReversed())).toBe(isLocked);
  });
});
