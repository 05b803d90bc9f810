import { describe, expect, it } from "vitest";
import { noteOwnRequests } from "../../../lib/history/own-requests.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { look } from "../../../lib/revocation/contain/look.ts";
import { makeBundle } from "../../../lib/revocation/evidence/make-bundle.ts";
import {
  type Incident,
  incidentPartition,
  isContained,
  type StepResult,
  stoppedAt,
  wasContained,
} from "../../../lib/revocation/incident/incident.ts";
import { readIncident, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import { notDone } from "../../../lib/revocation/incident/not-done.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import { readInvestigation } from "../../../lib/revocation/investigate/investigation-record.ts";
import { lookBack } from "../../../lib/revocation/investigate/look-back.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { shouldRotateAgain } from "../../../lib/revocation/respond/rotate-again.ts";
import { MOST_TURNS } from "../../../lib/revocation/watch/interval.ts";
import { noteOwnAct } from "../../../lib/revocation/watch/own-acts.ts";
import { readSeen } from "../../../lib/revocation/watch/seen.ts";
import { nextWatch, watchTurn } from "../../../lib/revocation/watch/watch.ts";
import { readWatch } from "../../../lib/revocation/watch/watch-record.ts";
import {
  CLIENT,
  DAY,
  done,
  HOUR,
  incidentOf,
  logEvent,
  MINUTE,
  putIncident,
  SECOND,
  THREE_AM,
  testParts,
  testTenant,
} from "../support.ts";
import { LATER, watched } from "./watched.ts";

const TOKEN: TokenFacts = {
  form: "jwt",
  issuer: "https://acme.eu.auth0.com/",
  subject: "auth0|dana",
  clientId: "job",
  audience: ["https://acme.eu.auth0.com/api/v2/"],
  scopes: [],
  grantType: null,
  issuedAt: THREE_AM,
  notBefore: null,
  expiresAt: THREE_AM + DAY,
  jti: "jti-leaked",
  kid: "k1",
  sha256: "0".repeat(64),
  signature: { status: "verified" },
};

const undone = (at: number): StepResult => ({
  ...{ at, outcome: "incomplete", message: "Access is not given back yet.", code: "missing-scope" },
  missing: ["the network ACL of this incident is still there"],
});

describe("a turn of watching", () => {
  it("tells of every use after the lock, once, with what and from where", async () => {
    const { tenant, turn, heard } = await watched();
    tenant.log = [
      logEvent(THREE_AM + SECOND),
      logEvent(LATER),
      logEvent(LATER + SECOND, { ip: "198.51.100.8" }),
      logEvent(LATER + 2 * SECOND, {
        type: "mgmt_api_read",
        request: { method: "get", path: "/api/v2/clients" },
        accessedSecrets: ["client_secret"],
      }),
      logEvent(LATER, { clientId: "another" }),
    ];

    await turn();
    await turn();

    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({
      kind: "incident",
      severity: "critical",
      title: "acme: job was used after it was locked: 3 requests",
      items: [
        "2 times: POST /api/v2/clients, from 198.51.100.7, 198.51.100.8",
        "1 time: GET /api/v2/clients, which shows secrets: client_secret, from 198.51.100.7",
      ],
    });
  });

  it("tells of a use in the seconds between the lock and the first look, and looking back leaves it out", async () => {
    const log = [logEvent(THREE_AM + 9 * SECOND), logEvent(THREE_AM + 12 * SECOND), logEvent(THREE_AM + MINUTE)];
    const tenant = testTenant({
      lastLogEvent: async (before) => log.findLast(({ at }) => at < before)?.id,
      ...{ apis: async () => [], signingKeys: async () => [], keys: async () => [], client: async () => undefined },
    });
    tenant.log = log;
    const { parts, table, clock, heard } = testParts(tenant);
    const incident = incidentOf();
    await putIncident(table, incident);

    const looked = await clock.run(look(incident, parts));
    await clock.run(watchTurn(looked, parts));
    await clock.run(lookBack(looked, parts));

    expect(heard[0]?.title).toBe("acme: job was used after it was locked: 2 requests");
    const { uses } = (await readInvestigation(table, incident.id))?.value ?? {};
    expect(uses).toMatchObject([{ count: 1 }]);
  });

  it.each<[string, Partial<Incident>, boolean]>([
    ["that came into the log behind a use after it", {}, true],
    ["that is refused for long", { steps: { lock: undone(THREE_AM) } }, true],
    ["that is refused, in a drill", { drill: true, steps: {} }, false],
  ])("keeps what a token from before the lock was for %s", async (_, changes, isKept) => {
    const { tenant, turn, table, incident } = await watched(changes);
    const token = { type: "seccft", request: undefined, audience: "https://big.example" };
    tenant.log = [logEvent(THREE_AM + 11 * SECOND), logEvent(THREE_AM + 9 * SECOND, token)];
    const before = stoppedAt(incident);
    expect(stoppedAt(await turn())).toBe(before);

    const { issued } = (await readWatch(table, incident.id))?.value ?? {};
    expect(issued).toEqual(isKept ? { at: 0, shutAt: null, audiences: ["https://big.example"] } : null);
  });

  it("keeps what was changed or shown, because Auth0 forgets it", async () => {
    const { tenant, turn, table, incident } = await watched();
    const write = logEvent(LATER);
    tenant.log = [write, logEvent(LATER, { type: "feccft", request: undefined })];

    await turn();

    const seen: unknown[] = [];
    for await (const event of readSeen(table, incident.id)) seen.push(event);
    expect(seen).toEqual([JSON.parse(JSON.stringify({ ...write, concern: "told" }))]);
  });

  it("tells of refused attempts at once, and then once an hour", async () => {
    const { tenant, turn, titles, clock } = await watched();
    for (let minute = 0; minute < 130; minute += 1) {
      tenant.log.push(logEvent(clock.now(), { type: "feccft", request: undefined }));
      await turn();
      await clock.run(clock.sleep(MINUTE));
    }

    expect(titles()).toEqual([
      "acme: somebody tries to log in as job: 1 request refused",
      "acme: somebody tries to log in as job: 59 requests refused",
      "acme: somebody tries to log in as job: 60 requests refused",
    ]);

    await clock.run(clock.sleep(HOUR));
    await turn();
    expect(titles().at(-1)).toBe("acme: somebody tries to log in as job: 10 requests refused");
  });

  it("does not take Curfew's own proof for the thief, but the thief beside it", async () => {
    const { tenant, turn, heard, table, incident } = await watched();
    await noteOwnAct(table, incident.id, { from: LATER, until: LATER + MINUTE, most: 1, leaves: ["token-refused"] });
    const proof = { type: "feccft", request: undefined, userAgent: "curfew/1" };
    tenant.log = [logEvent(LATER + SECOND, proof)];
    await turn();
    expect(heard).toEqual([]);

    tenant.log = [...tenant.log, logEvent(LATER + 2 * SECOND, { type: "feccft", request: undefined })];
    await turn();
    expect(heard).toHaveLength(1);
  });

  it("does not take the proof of another incident about the application for the thief, but one attempt more", async () => {
    const { tenant, turn, titles, table, incident } = await watched();
    const { clientId, reason, openedBy, leakedSince, drill, token } = incident;
    const report = { tenant: "acme", clientId, reason, openedAt: LATER, openedBy, leakedSince, drill, token };
    const other = await openIncident(table, report);
    await noteOwnAct(table, other.id, { from: LATER, until: LATER + MINUTE, most: 2, leaves: ["token-refused"] });
    const refused = () => logEvent(LATER, { type: "feccft", request: undefined, userAgent: "curfew/1" });
    tenant.log.push(refused(), refused());
    await turn();
    expect([other.id === incident.id, titles()]).toEqual([false, []]);

    tenant.log.push(refused());
    await turn();
    expect(titles()).toEqual(["acme: somebody tries to log in as job: 1 request refused"]);
  });

  it("takes for no thief what a rotation or an audit asks in the middle of reading, but one attempt more", async () => {
    const { tenant, parts, heard, clock, incident, table, now } = await watched();
    const refused = (): void => {
      tenant.log.push(logEvent(clock.now(), { type: "feacft", request: undefined, userAgent: "Other 0.0.0" }));
    };
    const note = noteOwnRequests(table, incident, { from: clock.now(), until: clock.now() + MINUTE });
    const read = tenant.port.logEvents;
    async function* logEvents(from: string | undefined): AsyncGenerator<readonly LogEvent[]> {
      await note(1);
      refused();
      yield* read(from);
    }
    const reading = { ...parts, tenant: { ...tenant.port, logEvents } };
    await clock.run(watchTurn(await now(), reading));
    await clock.run(watchTurn(await now(), reading));
    expect(tenant.log).toHaveLength(2);
    expect(heard).toEqual([]);

    refused();
    await clock.run(watchTurn(await now(), reading));
    expect(heard).toHaveLength(1);
  });

  describe("where the log shows a token that was given out after it was proven that none is", () => {
    const issued = (at = LATER) =>
      logEvent(at, { type: "seccft", audience: "https://big.example", request: undefined });

    it.each([
      ["after it", LATER],
      ["at that very moment", THREE_AM + 5 * MINUTE],
      ["a moment before it, by another clock", THREE_AM + 5 * MINUTE - 15 * SECOND],
    ])("%s, takes the proof back, until it is proven anew", async (_, at) => {
      const { tenant, turn, incident, table, clock } = await watched();
      tenant.log = [issued(at)];
      const after = await turn();
      expect([isContained(after), stoppedAt(after)]).toEqual([false, null]);
      expect(notDone(after)).toEqual([expect.stringMatching(/was given tokens for https:\/\/big.example/)]);
      expect(shouldRotateAgain(after, clock.now() + 10 * MINUTE, true)).toBe(true);
      await recordStep(table, incident.id, "prove", done(clock.now() + MINUTE));
      await turn();

      expect(isContained(await readIncident(table, incident.id))).toBe(true);
    });

    it("while it was being proven, takes the proof back; proven anew after it, that holds", async () => {
      const prove = { ...done(THREE_AM + 5 * MINUTE), began: THREE_AM + 4 * MINUTE } as const;
      const { tenant, turn, table, incident } = await watched({ steps: { ...incidentOf().steps, prove } });
      tenant.log = [issued(THREE_AM + 4.3 * MINUTE)];
      expect(isContained(await turn())).toBe(false);
      const anew = { ...done(THREE_AM + 12 * MINUTE), began: THREE_AM + 11 * MINUTE };
      await recordStep(table, incident.id, "prove", anew);
      await turn();

      expect(isContained(await readIncident(table, incident.id))).toBe(true);
    });

    it("keeps the proof where it was Curfew's own or a user's, came before, or while access was given back", async () => {
      const own = await watched();
      const act = { from: LATER, until: LATER + SECOND, most: 1, leaves: ["token-issued"] } as const;
      await noteOwnAct(own.table, own.incident.id, act);
      own.tenant.log = [{ ...issued(), userAgent: undefined }];
      const before = await watched();
      before.tenant.log = [issued(THREE_AM + 4 * MINUTE)];
      const restored = { at: LATER - SECOND, stoppedAt: THREE_AM + 5 * MINUTE };
      const back = await watched({ restored });
      back.tenant.log = [issued()];
      const user = await watched();
      user.tenant.log = [{ ...issued(), type: "seacft", userId: "auth0|1" }];

      // Clocks differ: in the seconds before it was opened it may be the application's own.
      const soon = await watched({ restored: { ...restored, at: LATER + 10 * SECOND } });
      soon.tenant.log = [issued()];
      // The token that leaked, got before the lock, is none that was given out although nothing should be.
      const leaked = await watched({ token: { ...TOKEN, issuedAt: THREE_AM }, window: null });
      leaked.tenant.log = [{ ...issued(THREE_AM), tokenId: "jti-leaked" }];
      await leaked.turn();
      expect((await readWatch(leaked.table, leaked.incident.id))?.value.issued?.shutAt).toBeNull();

      for (const { turn } of [own, before, back, soon, user]) expect(wasContained(await turn())).toBe(true);
    });
  });

  it("watches a lock of which people were told what it was", async () => {
    const { steps } = incidentOf();
    const lock = { at: THREE_AM + 10 * SECOND, outcome: "paged", message: "Locked.", told: ["types"] } as const;
    const { tenant, turn, titles } = await watched({ steps: { ...steps, lock } });
    tenant.log = [logEvent(LATER)];
    await turn();

    expect(titles()).toHaveLength(1);
  });

  it.each<[string, Partial<Incident["steps"]>]>([
    ["is restored", { restore: done(THREE_AM + 8 * MINUTE) }],
    ["is open, though the rest cannot be given back", { restore: undone(THREE_AM + 9 * MINUTE) }],
    ["is restored for the second time", { restore: done(THREE_AM + 30 * MINUTE) }],
  ])("tells an old token from a new one once the application %s, and computes no other window", async (_, more) => {
    const restored = { at: THREE_AM + 7 * MINUTE, stoppedAt: THREE_AM + 5 * MINUTE };
    const { tenant, turn, heard, table, incident } = await watched({
      restored,
      steps: { ...incidentOf().steps, ...more },
    });
    const at = THREE_AM + 8 * MINUTE;
    tenant.log = [
      logEvent(at, { type: "seccft", request: undefined, tokenId: "new" }),
      logEvent(at + DAY, { tokenId: "new" }),
      logEvent(at),
      logEvent(at, { tokenId: "old", request: { method: "delete", path: "/api/v2/clients/x" } }),
    ];

    await turn();

    expect(heard).toHaveLength(1);
    expect(heard[0]?.items).toEqual(["1 time: DELETE /api/v2/clients/x, from 198.51.100.7"]);
    expect((await readWatch(table, incident.id))?.value.issued).toBeNull();
  });

  it("tells what an application that stays locked is given for itself after giving back, and calls it not contained", async () => {
    const restored = { at: THREE_AM + 7 * MINUTE, stoppedAt: THREE_AM + 5 * MINUTE, staysLocked: true } as const;
    const { tenant, turn, heard, table, incident } = await watched({ restored });
    const at = THREE_AM + 8 * MINUTE;
    const user = { userId: "auth0|dana", request: undefined };
    const nobody = { userId: undefined, request: undefined };
    tenant.log = [
      // Users who fail to log in, or to go on, have no id.
      ...["fsa", "fu", "fertft", "feacft"].map((type) => logEvent(at, { ...nobody, type })),
      // Whoever tries its credential.
      logEvent(at, { ...nobody, type: "feccft" }),
      logEvent(at, { ...user, type: "seacft", tokenId: "hers" }),
      logEvent(at, { userId: "auth0|dana", tokenId: "hers" }),
      logEvent(at, { type: "seccft", request: undefined, tokenId: "its own" }),
      logEvent(at + SECOND, { tokenId: "its own", request: { method: "delete", path: "/api/v2/clients/x" } }),
    ];
    const after = await turn();

    expect(heard.flatMap(({ items }) => items)).toEqual([
      "1 time: a token was asked for and refused (feccft), from 198.51.100.7",
      "1 time: a token was given out (seccft), from 198.51.100.7",
      "1 time: DELETE /api/v2/clients/x, from 198.51.100.7",
    ]);
    expect((await readWatch(table, incident.id))?.value.renewed).toEqual(["hers"]);
    expect([wasContained(after), after.restored?.refutedAt]).toEqual([false, expect.any(Number)]);
  });

  it.each<[string, Partial<Incident>, Partial<LogEvent>]>([
    ["in a drill", { drill: true }, {}],
    [
      "of other users, where a user's token leaked",
      { token: TOKEN, leak: classify({ clientId: "job", token: TOKEN, client: CLIENT, own: null }) },
      { userId: "auth0|sam" },
    ],
  ])("tells nobody of uses %s, and counts them", async (_, changes, event) => {
    const { tenant, turn, heard } = await watched(changes);
    tenant.log = [logEvent(LATER, event)];

    await turn();

    expect(heard).toEqual([]);
  });

  const lock = { at: THREE_AM, outcome: "not-applicable", message: "Nothing to lock." } as const;
  const ofUser = { leak: classify({ clientId: "job", token: TOKEN, client: CLIENT, own: null }), steps: { lock } };
  it.each<[string, Partial<Incident>, Partial<LogEvent>, number, string]>([
    ["the token itself", ofUser, { tokenId: "jti-leaked", clientId: "renamed" }, LATER, "what leaked of job is in use"],
    ["its user", ofUser, { userId: "auth0|dana" }, LATER, "what leaked of job is in use"],
    [
      "the token while the lock fails",
      { steps: { lock: undone(THREE_AM) } },
      { tokenId: "jti-leaked" },
      LATER,
      "what leaked of job is in use",
    ],
    ["the token before the lock", {}, { tokenId: "jti-leaked" }, THREE_AM, "what leaked of job is in use"],
    ["the token after the lock", {}, { tokenId: "jti-leaked" }, LATER, "job was used after it was locked"],
  ])("tells of uses by %s where a token leaked, and of a lock only where there was one", async (...row) => {
    const [, changes, event, at, title] = row;
    const { tenant, turn, heard, table, incident, parts } = await watched({ token: TOKEN, ...changes });
    tenant.log = [logEvent(at, event)];
    await turn();
    expect(heard[0]?.title).toBe(`acme: ${title}: 1 request`);

    const present = async () => ({ status: "unread", why: "Not looked." }) as const;
    const { questions } = await makeBundle(await readIncident(table, incident.id), { ...parts, present });
    expect(questions.join().includes("after it was locked")).toBe(title.includes("locked"));
  });

  it("says when the log cannot be read for a quarter of an hour, and goes on", async () => {
    const { tenant, turn, titles, clock } = await watched();
    await turn();
    tenant.failure = new CurfewError("unreachable", "Auth0 could not be reached.");
    const failed = await turn();
    expect(failed.steps.watch).toMatchObject({ outcome: "incomplete", code: "unreachable" });
    expect(titles()).toEqual([]);
    await clock.run(clock.sleep(16 * MINUTE));
    await turn();
    await turn();
    tenant.failure = undefined;
    tenant.log = [logEvent(LATER)];
    await turn();

    expect(titles()).toEqual([
      "acme: nobody watches what is done with job: the tenant's log cannot be read",
      "acme: job was used after it was locked: 1 request",
    ]);
  });

  it("says when it ends for want of turns though the window is open", async () => {
    const { turn, titles, table, incident, parts } = await watched();
    await turn();
    const key = { partition: incidentPartition(incident.id), sort: "WATCH" };
    await table.put(key, { ...table.peek<object>(key), turns: MOST_TURNS - 2 });
    await turn();
    expect(titles()).toEqual([]);
    expect(await nextWatch(await turn(), parts)).toBeNull();

    expect(titles()).toEqual(["acme: nobody watches any more what is done with job, and it is not over"]);
  });

  it("tells of a gap, once", async () => {
    const { tenant, turn, titles, clock } = await watched();
    tenant.log = [logEvent(LATER, { clientId: "another" })];
    await turn();
    await clock.run(clock.sleep(3 * DAY));
    tenant.log = [logEvent(clock.now() - HOUR, { clientId: "another" })];
    await turn();
    await turn();

    expect(titles()).toEqual(["acme: nobody can see what was done with job for a while"]);
  });

  it("ends when the log is read past the end of the window, and never calls silence unused", async () => {
    const { turn, parts, clock } = await watched();
    const first = await turn();
    expect(await nextWatch(first, parts)).toBe(60);
    expect(first.steps.watch?.message).toContain("uses at APIs other than Auth0's own never stand there");
    await clock.run(clock.sleep(DAY));
    const last = await turn();

    expect(last.steps.watch?.outcome).toBe("done");
    expect(await nextWatch(last, parts)).toBeNull();
  });
});
