import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { untilNextLook } from "../../../lib/revocation/close/not-over.ts";
import type { IncidentBundle } from "../../../lib/revocation/evidence/bundle.ts";
import { readEvidence } from "../../../lib/revocation/evidence/keep-evidence.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { incidentPartition } from "../../../lib/revocation/incident/incident.ts";
import { recordStep } from "../../../lib/revocation/incident/incidents.ts";
import type { ResponderTenant, RevokedClient } from "../../../lib/revocation/ports.ts";
import type { Supplied } from "../../../lib/revocation/rotate/supplied.ts";
import { watchTurn } from "../../../lib/revocation/watch/watch.ts";
import { rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import { CLIENT, DAY, HOUR, incidentOf, logEvent, MINUTE, THREE_AM } from "../support.ts";
import { closed, LOCKED, lived, suppliedOf, TASK_TOKEN, text } from "./closed.ts";

describe("closing an incident", () => {
  it("waits until the window is over, and says so", async () => {
    const { close, evidence, heard } = await lived();
    heard.length = 0;
    const { steps, closedAt } = await close();

    expect(steps.close).toMatchObject({
      outcome: "incomplete",
      missing: ["Tokens that are out may work until 2026-11-24 03:00 UTC."],
    });
    expect([closedAt, evidence.documents.size, heard.length]).toEqual([null, 0, 0]);
  });

  it("keeps the evidence once, records its hashes, and tells people of them", async () => {
    const { incident, json, page, folder, heard, close, evidence, table } = await closed();
    await close();
    const sha256 = (body: string): string => createHash("sha256").update(body).digest("hex");

    expect(incident.closedAt).not.toBeNull();
    expect([...evidence.documents].map(([name, versions]) => [name, versions.length])).toEqual([
      [`${folder}incident.json`, 1],
      [`${folder}incident.html`, 1],
    ]);
    expect(page).toContain(sha256(json));
    const kept = await readEvidence(table, incident.id);
    expect(kept?.documents.map((document) => document.sha256)).toEqual([sha256(json), sha256(page)]);
    const told = heard.filter(({ title }) => title.endsWith("is closed"));
    expect(told).toHaveLength(1);
    expect(told[0]?.facts.map(({ value }) => value)).toEqual(
      expect.arrayContaining([
        `${folder}incident.json, SHA-256 ${sha256(json)}`,
        `${folder}incident.html, SHA-256 ${sha256(page)}`,
      ]),
    );
  });

  it("is not over while people could not be told, tries on, and rings when that takes a day", async () => {
    const { close, heard, refuse, clock, evidence } = await lived();
    await clock.run(clock.sleep(9 * DAY));
    refuse(new CurfewError("service-failed", "SNS did not take it."));
    const first = await close();
    expect(first.steps.close).toMatchObject({
      missing: ["People could not be told of everything yet: 1 alert."],
    });
    // The longer that lasts, the longer until it is tried again; not the longer the incident is over.
    expect(untilNextLook(first, clock.now())).toBe(15);
    await clock.run(clock.sleep(HOUR));
    expect(untilNextLook(await close(), clock.now())).toBe(360);
    await clock.run(clock.sleep(DAY));
    await expect(close()).rejects.toMatchObject({ code: "service-failed" });
    refuse(undefined);
    const { closedAt } = await close();

    expect(closedAt).not.toBeNull();
    expect(heard.filter(({ title }) => title.endsWith("is closed"))).toHaveLength(1);
    expect([...evidence.documents.values()].map((versions) => versions.length)).toEqual([1, 1]);
  });

  it("goes on after dying between the two documents, with the JSON that is kept", async () => {
    const all = await lived();
    await all.clock.run(all.clock.sleep(2 * DAY));
    const create = all.evidence.create;
    let writes = 0;
    all.evidence.create = async (...document) => {
      writes += 1;
      if (writes === 2) throw new CurfewError("service-failed", "S3 did not answer.");
      return create(...document);
    };
    await expect(all.close()).rejects.toMatchObject({ code: "service-failed" });
    expect((await all.now()).closedAt).toBeNull();
    await all.clock.run(all.clock.sleep(HOUR));
    const { closedAt } = await all.close();

    const json = JSON.parse(text([...all.evidence.documents.values()][0]?.[0])) as IncidentBundle;
    expect(new Date(closedAt ?? 0).toISOString()).toBe(json.generatedAt);
  });

  it("says of every credential what became of it, and asks what nobody knows", async () => {
    const { json } = await closed();
    const { credentials, questions, lessons } = JSON.parse(json) as IncidentBundle;

    expect(credentials.map(({ what, state }) => [what, state])).toEqual([
      ["client secret", "dead"],
      ["registered key kid-1", "dead"],
      ["the registered key cred_2 (kid kid-2)", "dead"],
      ["access tokens that may be out", "dead"],
    ]);
    expect(questions).toContain("It was used after it was locked: whose requests were those?");
    expect(questions).toContain("Is web an incident of its own? Its secret was shown.");
    expect(lessons[0]).toContain("Tokens for https://acme.eu.auth0.com/api/v2/ live for 24 h");
  });

  it("counts refresh tokens among them where an audit saw that users log in, and the first look did not", async () => {
    const all = await lived();
    const audited = { audiences: [], grantTypes: ["refresh_token"], looks: [THREE_AM - DAY], readBackTo: 0 };
    await all.table.put({ partition: incidentPartition(all.incident.id), sort: "AUDITED" }, audited);
    await all.clock.run(all.clock.sleep(2 * DAY));
    await all.close();
    const { credentials } = JSON.parse(text([...all.evidence.documents.values()][0]?.[0])) as IncidentBundle;

    expect(credentials.at(-1)).toMatchObject({ what: "refresh tokens of its users", state: "unknown" });
  });

  it("names the network ACL that could not be taken away, and how a person does that", async () => {
    const all = await lived();
    const missing = ['the rule "Curfew, incident x" may still be there: missing-scope'];
    const left = {
      at: THREE_AM,
      outcome: "incomplete",
      message: "Not taken.",
      missing,
      code: "missing-scope",
    } as const;
    await recordStep(all.table, all.incident.id, "network-acl", left);
    await all.clock.run(all.clock.sleep(2 * DAY));
    await all.close();
    const { questions } = JSON.parse(text([...all.evidence.documents.values()][0]?.[0])) as IncidentBundle;
    const rule = `Security > Access Control: switch off the rule "Curfew, incident ${all.incident.id}", and delete it.`;

    for (const said of [questions.join("\n"), all.heard.at(-1)?.items.join("\n")])
      expect(said).toMatch(new RegExp(`network-acl: ${missing[0]}.*\n.*${rule}`));
  });

  it("counts among them what was added since the first look, unless Curfew registered it, and asks about it", async () => {
    const attached = { attachedKeys: ["cred_2", "cred_3"], tokenEndpointAuthMethod: undefined };
    const gone = { id: "cred_4", what: "the registered key cred_4", since: THREE_AM, isThere: true };
    const all = await lived({ added: [gone] }, { ...LOCKED, ...attached });
    await all.table.put(rotationKey("acme", "job"), { ownKeys: ["cred_3"], aftercare: [] });
    await all.clock.run(all.clock.sleep(2 * DAY));
    await all.close();
    const { credentials, questions } = JSON.parse(text([...all.evidence.documents.values()][0]?.[0])) as IncidentBundle;

    expect(credentials.slice(2, -1).map(({ what, state }) => [what, state])).toEqual([
      ["the registered key cred_2 (kid kid-2)", "alive"],
      [expect.stringMatching(/^its way to authenticate, which is registered keys and was /), "alive"],
      ["the registered key cred_4", "dead"],
    ]);
    expect(questions.join()).toContain("Is this dead: the registered key cred_2");
  });

  const LATER = THREE_AM + HOUR;
  it.each<[string, Supplied | undefined, string]>([
    ["nothing was seen of it", undefined, "unknown"],
    [
      "it was accepted before it was replaced, and not tried since",
      suppliedOf({ last: "accepted", at: THREE_AM, accepted: { run: "1", at: THREE_AM } }),
      "unknown",
    ],
    ["it was never accepted", suppliedOf({ refusedAt: LATER, last: "refused", at: LATER }), "unknown"],
    [
      "it is accepted after it was replaced",
      suppliedOf({ last: "accepted", at: LATER, accepted: { run: "1", at: LATER } }),
      "alive",
    ],
  ])("never calls the secret dead where %s", async (_, supplied, state) => {
    const all = await lived();
    const key = { partition: incidentPartition(all.incident.id), sort: "SUPPLIED" };
    await (supplied ? all.table.put(key, supplied) : all.table.remove(key));
    await all.clock.run(all.clock.sleep(2 * DAY));
    await all.close();
    const { credentials, questions } = JSON.parse(text([...all.evidence.documents.values()][0]?.[0])) as IncidentBundle;

    expect(credentials[0]).toMatchObject({ what: "client secret", state });
    expect(questions.join()).toContain("Is this dead: client secret?");
  });

  const GIVEN_LOCKED = { at: LATER, stoppedAt: THREE_AM + 5 * MINUTE, staysLocked: true } as const;
  it.each<[string, RevokedClient, Partial<Incident>, boolean, RegExp | undefined]>([
    ["holds", LOCKED, {}, true, undefined],
    ["is open, and nobody gave that back", CLIENT, {}, false, /NOT contained: it gets tokens/],
    ["is open as agreed", CLIENT, { restored: { at: LATER, stoppedAt: THREE_AM + 5 * MINUTE } }, true, undefined],
    ["is open, and no grant type was given back", CLIENT, { restored: GIVEN_LOCKED }, false, /NOT contained: it gets/],
    ["is what a later incident decides", CLIENT, { followedBy: "later" }, true, undefined],
    ["is open, and who decided that is ended", CLIENT, { followedBy: "ended" }, false, /NOT contained: it gets tokens/],
    ["cannot be seen", { ...CLIENT, grantTypes: undefined }, {}, true, /Is it still locked/],
  ])("says contained of an application whose lock %s only where that is so", async (_, client, changes, is, asks) => {
    const { json, page } = await closed(changes, client);
    const { isContained, stoppedAt, restoredAt, questions } = JSON.parse(json) as IncidentBundle;

    expect([isContained, stoppedAt !== null]).toEqual([is, is]);
    expect(page.includes("until access was given back")).toBe(stoppedAt !== null && restoredAt !== null);
    expect(restoredAt !== null).toBe(changes.restored !== undefined);
    const said = questions.filter((question) => /contained|locked\?/.test(question)).join();
    expect(said).toMatch(asks ?? /^$/);
    expect(page.includes("is open again: it is NOT contained")).toBe(!is);
  });

  const ENDED = { ended: { at: THREE_AM + 2 * DAY, by: "sam", reason: "enough" } };
  const ASKED = THREE_AM + 2 * DAY;
  const NOTHING_TO_REPLACE = { ...incidentOf().leak, levers: [] } as unknown as Incident["leak"];
  it.each<[string, Partial<Incident>, boolean]>([
    ["is under way once more", { askedAgain: { at: ASKED } }, true],
    ["is under way for the first time", { openedAt: ASKED, window: null }, true],
    ["is over", { askedAgain: { at: ASKED, isOver: true } }, false],
    ["is nothing that is done", { openedAt: ASKED, window: null, leak: NOTHING_TO_REPLACE }, false],
  ])(
    "asks what came of a replacement that may go on where an incident is ended while it %s",
    async (_, changes, is) => {
      const { json } = await closed({ ...ENDED, ...changes });
      const { questions } = JSON.parse(json) as IncidentBundle;

      expect(questions.join().includes("What came of replacing what leaked")).toBe(is);
    },
  );

  it("does not call contained what the log refutes once access is given back", async () => {
    const all = await lived({ restored: { at: THREE_AM + 8 * MINUTE, stoppedAt: THREE_AM + 5 * MINUTE } });
    const issued = { type: "seccft", request: undefined };
    all.tenant.log.push(logEvent(THREE_AM + 7.5 * MINUTE, issued), logEvent(THREE_AM + 9 * MINUTE, issued));
    await all.clock.run(watchTurn(await all.now(), all.parts));
    await all.clock.run(all.clock.sleep(2 * DAY));
    await all.close();
    const bundle = JSON.parse(text([...all.evidence.documents.values()][0]?.[0])) as IncidentBundle;

    expect([bundle.isContained, bundle.stoppedAt]).toEqual([false, null]);
    expect(bundle.questions.join()).toMatch(/prove: job was given tokens, the last one at 2026-11-23 03:08 UTC/);
  });

  const KEY = { id: "cred_1", kid: "kid-1", name: undefined };
  it.each<[string, Partial<ResponderTenant>, string]>([
    [
      "the keys cannot be read",
      { keys: () => Promise.reject(new CurfewError("unreachable", "Auth0 could not be reached.")) },
      "Auth0 could not be reached.",
    ],
    [
      "nobody says how the application authenticates",
      { keys: async () => [KEY], client: async () => ({ ...CLIENT, tokenEndpointAuthMethod: undefined }) },
      "It is registered, and Auth0 does not say how the application authenticates.",
    ],
  ])("takes no key for dead where %s", async (_, answers, detail) => {
    const all = await lived();
    Object.assign(all.parts.tenant, answers);
    await all.clock.run(all.clock.sleep(2 * DAY));
    await all.close();
    const { credentials } = JSON.parse(text([...all.evidence.documents.values()][0]?.[0])) as IncidentBundle;

    expect(credentials).toContainEqual({ what: "registered key kid-1", state: "unknown", detail });
  });

  it("asks what was done since the log was read last, and names what the watch saw to be exposed", async () => {
    const { json } = await closed();
    const { questions, investigation } = JSON.parse(json) as IncidentBundle;
    expect(questions).toContainEqual(expect.stringContaining("The log was read until 2026-11-23 03:10 UTC only: "));
    expect(investigation?.exposures.map(({ at }) => at)).toContain("2026-11-23T03:06:00.000Z");

    const all = await lived();
    await all.clock.run(all.clock.sleep(2 * DAY));
    await all.clock.run(watchTurn(await all.now(), all.parts));
    await all.close();
    expect(text([...all.evidence.documents.values()][0]?.[0])).not.toMatch(/The log was read until/);
  });

  it("does not call a log empty that nobody could read", async () => {
    const refused = new CurfewError("missing-scope", "The responder lacks read:logs.", { detail: "read:logs" });
    const { json, page } = await closed({}, LOCKED, refused);
    const { questions, watch } = JSON.parse(json) as IncidentBundle;

    expect(page).not.toMatch(/held no event|has none since|shows none|Read to|was seen\.<|Curfew's own it has/);
    // How many turns there were nobody knows: they are counted anew where an incident is begun anew.
    expect(page).toMatch(/since the incident began; the first turn was at (?!.*in \d+ turn)/);
    expect(page.match(/Nobody could read the log/g)).toHaveLength(3); // looking back, watching, and a question
    expect(watch?.readUntil).toBeNull();
    expect(questions.join()).toContain("Nobody could read the log since the incident began");
    expect((await closed()).page).toMatch(/reaches back to.*Read to /s);
  });

  it("shows no token of a waiting step, in evidence and alerts", async () => {
    const { json, page, heard, table, incident } = await closed();

    expect(table.peek({ partition: incidentPartition(incident.id), sort: "ASKED#restore" })).toMatchObject({
      taskToken: TASK_TOKEN,
    });
    for (const shown of [json, page, JSON.stringify(heard)]) expect(shown).not.toContain(TASK_TOKEN);
    expect(json).toContain("assumed-role/lead/sam");
  });
});
