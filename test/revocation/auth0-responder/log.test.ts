import { describe, expect, test } from "vitest";
import type { LogEvent, ResponderTenant } from "../../../lib/revocation/ports.ts";
import type { FaultEffect } from "../../../lib/sandbox/faults/fault.ts";
import { MANAGEMENT_API } from "../../sandbox/support/a-sandbox.ts";
import { secretLogin } from "../../support/wired-sandbox.ts";
import { ORDERS, world } from "./world.ts";

describe("the log", () => {
  const read = async (responder: ResponderTenant, from: string | undefined): Promise<LogEvent[]> => {
    const events: LogEvent[] = [];
    for await (const page of responder.logEvents(from)) events.push(...page);
    return events;
  };

  test("tells from a position on who did what with which token, and nothing that was sent", async () => {
    await using tenant = await world();
    const api = tenant.tenant.state.resourceServers.all().find(({ identifier }) => identifier === MANAGEMENT_API);
    Object.assign(api ?? {}, { token_dialect: "rfc9068_profile" });
    const responder = tenant.responder("job");
    const from = await responder.lastLogEvent(Number.POSITIVE_INFINITY);
    await responder.tokenFor(secretLogin("job"), ORDERS);
    await responder.tokenFor(secretLogin("job", "wrong"), ORDERS);
    await responder.setGrantTypes([]);
    const before = tenant.tenant.logs.find(({ type }) => type === "seccft");
    const events = await read(responder, from);
    expect(events.map(({ type, clientId }) => ({ type, clientId }))).toEqual([
      ...(from === undefined ? [{ type: "seccft", clientId: "responder" }] : []),
      { type: "seccft", clientId: "job" },
      { type: "feccft", clientId: "job" },
      { type: "feccft", clientId: "job" },
      { type: "sapi", clientId: "responder" },
      { type: "mgmt_api_read", clientId: "responder" }, // what changes an application is answered with its secret
    ]);
    const exchanged = events.find(({ type, clientId }) => type === "seccft" && clientId === "job");
    expect(exchanged).toMatchObject({ audience: ORDERS, scope: "read:orders", ip: "127.0.0.1", userAgent: "curfew/1" });
    expect(exchanged?.tokenId).toBeDefined();
    expect(events.find(({ type }) => type === "sapi")).toMatchObject({
      request: { method: "patch", path: "/api/v2/clients/job" },
      tokenId: before?.details?.access_token_jti,
      userAgent: "curfew/1",
      accessedSecrets: ["client_secret"],
    });
    expect(JSON.stringify(events)).not.toMatch(/grant_types|job-secret|wrong/);
  });

  test("names the fields of secrets that were read", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    await responder.setGrantTypes([]);
    const events = await read(responder, undefined);
    const reads = events.filter(({ accessedSecrets }) => accessedSecrets.length > 0);
    expect(reads.map(({ type }) => type)).toContain("mgmt_api_read");
    expect(reads.every(({ accessedSecrets }) => accessedSecrets.every((name) => /secret/.test(name)))).toBe(true);
  });

  test("is read to its end, page by page, each event once and in order", async () => {
    await using tenant = await world();
    const responder = tenant.responder("job");
    for (let write = 0; write < 103; write += 1) await responder.setGrantTypes([]);
    const events = await read(responder, undefined);
    expect(events).toHaveLength(1 + 2 * 103);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.map(({ id }) => id)).toEqual(events.map(({ id }) => id).sort());
    expect(await read(responder, events.at(-1)?.id)).toEqual([]);
    expect(await responder.lastLogEvent(Number.POSITIVE_INFINITY)).toBe(events.at(-1)?.id);
    expect(await responder.lastLogEvent(events.at(0)?.at ?? 0)).toBeUndefined();
    const moment = events[60]?.at ?? 0;
    expect(await responder.lastLogEvent(moment)).toBe(events.findLast(({ at }) => at < moment)?.id);
  });

  test("is understood as far as it can be, and an event without a date happened about when its neighbour did", async () => {
    await using tenant = await world();
    const at = "2026-11-23T06:00:00.000Z";
    const added = (log_id: string, path: string) => ({
      ...{ log_id, date: at, type: "sapi" },
      details: {
        request: { method: "post", path },
        response: { body: { id: "cgr_1", client_id: "new", client_secret: "canary" } },
      },
    });
    const odd = [
      { log_id: "9001", date: at, type: "sapi", client_id: null, user_id: "", scope: ["a", "b"], details: "x" },
      {
        log_id: "9002",
        details: { request: { method: "get", path: "/api/v2/users?q=name", auth: { credentials: 5 } } },
      },
      added("9003", "/api/v2/clients"),
      added("9004", "/api/v2/clients/x/rotate-secret"),
      added("9005", "/api/v2/client-grants"),
    ];
    const effect: FaultEffect = { kind: "answer", status: 200, body: odd };
    tenant.tenant.faults.add({ match: { path: "/api/v2/logs" }, effect });
    const events = await read(tenant.responder("job"), "9000");
    expect(events).toEqual([
      expect.objectContaining({ id: "9001", at: Date.parse(at), clientId: undefined, userId: undefined, scope: "a b" }),
      expect.objectContaining({
        id: "9002",
        at: Date.parse(at),
        type: "",
        request: { method: "get", path: "/api/v2/users" },
        tokenId: undefined,
      }),
      expect.objectContaining({ id: "9003", createdClient: "new" }),
      expect.not.objectContaining({ createdClient: "new" }),
      expect.objectContaining({ id: "9005", grant: { id: "cgr_1", clientId: "new" } }),
    ]);
    expect(JSON.stringify(events)).not.toContain("canary");
  });
});
