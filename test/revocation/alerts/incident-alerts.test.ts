import { describe, expect, it } from "vitest";
import { renderEmail } from "../../../lib/alerts/email.ts";
import { renderSlack } from "../../../lib/alerts/slack/message.ts";
import { emailSubscriptions, slackFilter } from "../../../lib/config/alert-subscriptions.ts";
import { incidentAlert } from "../../../lib/revocation/alerts/incident-alerts.ts";
import type { IncidentTurn } from "../../../lib/revocation/alerts/incident-turn.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { HOUR, incidentOf, MINUTE, THREE_AM } from "../support.ts";

const AT = THREE_AM + 5 * MINUTE;
const USES = [{ what: "POST /api/v2/clients", count: 2, ips: ["198.51.100.7"] }];

/** Each turn once; the compiler asks for the ones that are missing. */
const TURNS: { [Name in IncidentTurn["turn"]]: Extract<IncidentTurn, { turn: Name }> } = {
  opened: { turn: "opened" },
  locked: { turn: "locked", at: AT },
  contained: { turn: "contained", at: AT },
  "not-contained": { turn: "not-contained", at: AT, missing: ["The grant cgr_1 is still there."] },
  "left-undone": {
    ...{ turn: "left-undone", step: "network-acl", at: AT, missing: ["the network ACL: missing-scope"] },
    ...{ why: "The network ACL is not there.", code: "missing-scope" },
  },
  "ends-later": { turn: "ends-later", at: AT, told: AT - HOUR },
  "not-stored": { turn: "not-stored", at: AT, told: ["cgr_1 for https://api.example: read:orders"] },
  used: { turn: "used", from: AT, at: AT + MINUTE, uses: USES, isRefusedOnly: false, isAfterLock: true },
  "planted-used": { turn: "planted-used", from: AT, at: AT + MINUTE, uses: USES, clients: ["evil"] },
  "put-back": { turn: "put-back", at: AT, what: ["cgr_2 for https://api.example"], isTakenAgain: true },
  added: { turn: "added", at: AT, what: ["the registered key cred_9 (kid evil)"], before: 0 },
  waiting: {
    turn: "waiting",
    step: "restore",
    planHash: "ab".repeat(32),
    askedAt: AT,
    until: AT + 24 * HOUR,
    reminders: 0,
    plan: ["read:orders at https://api.example comes back"],
  },
  decided: {
    turn: "decided",
    step: "restore",
    at: AT,
    decision: "approve",
    by: "arn:aws:sts::1:assumed-role/lead/sam",
  },
  restored: { turn: "restored", at: AT, given: ["read:orders at https://api.example"], missing: [], token: "tried" },
  "log-gap": { turn: "log-gap", from: AT, to: AT + HOUR },
  blind: { turn: "blind", since: AT, why: "Auth0 could not be reached." },
  found: {
    turn: "found",
    isRead: true,
    isCompared: true,
    at: AT,
    uses: USES,
    exposed: ["web: Its secret was shown"],
    changes: ["clients: new: Evil (x1)"],
    notCompared: ["What is different in actions: now, it could not be read (missing-scope)."],
  },
  closed: {
    turn: "closed",
    at: AT,
    evidence: [{ name: "incidents/i/incident.json", version: null, sha256: "cd".repeat(32) }],
    questions: ["Who was it?"],
  },
};

/** Nothing is taken away, so nothing is used after it, stored or put back. */
const NEVER_IN_DRILLS: ReadonlySet<string> = new Set(["ends-later", "not-stored", "used", "planted-used", "put-back"]);

const all = Object.values(TURNS);
const alertOf = (turn: IncidentTurn, changes = {}) =>
  incidentAlert(incidentOf(changes), { owner: "dana@acme.example" }, turn);

describe("an alert about an incident", () => {
  it.each(all)("says in mail and Slack what to do and whose it is: $turn", (turn) => {
    const alert = alertOf(turn);
    const { subject, body } = renderEmail(alert);
    const slack = JSON.stringify(renderSlack(alert));

    expect(subject).toMatch(/^(CRITICAL|HIGH) acme: /);
    expect(subject.length).toBeLessThan(100);
    for (const text of [body, slack]) {
      expect(text).toContain("npx curfew incidents show 2026-11-23-acme-5d41402abc");
      expect(text).toContain("The secret was in a public repository.");
    }
    expect(body).toMatch(/What to do:\n1\. /);
    expect(alert).toMatchObject({ kind: "incident", tenant: "acme", owner: "dana@acme.example" });
  });

  const IN_DRILLS = all.filter(({ turn }) => !NEVER_IN_DRILLS.has(turn));

  it.each(IN_DRILLS)("of a drill says so first, says what would be, and sends nobody anywhere: $turn", (turn) => {
    const alert = alertOf(turn, { drill: true, id: "drill-1" });
    const { body } = renderEmail(alert);

    expect(alert.title).toMatch(/^Drill, nothing is changed: acme: /);
    expect(alert.text).toMatch(/^This is a drill/);
    expect(alert.steps[0]).toMatch(/^Nothing (to do|has to be done)/);
    expect(body).not.toMatch(
      /Curfew (locks|does|goes on|watches|stops)\b|\bis (NOT )?(locked|contained|restored)\b|What leaked:/,
    );
    expect(body).not.toMatch(
      /cannot log in|Tokens work|tokens already out work|\d\. (Tell|Revoke|Refuse|Let|Stop|Mend|For)/,
    );
  });

  it("has an id of its own for each turn and each incident, and the same one again", () => {
    const ids = [...all.map((turn) => alertOf(turn).id), ...all.map((turn) => alertOf(turn, { id: "another" }).id)];

    expect(new Set(ids).size).toBe(2 * all.length);
    expect(all.map((turn) => alertOf(structuredClone(turn)).id)).toEqual(ids.slice(0, all.length));
  });

  it("that is contained says until when tokens work, and is told again when that moves", () => {
    const { title, text, id } = alertOf(TURNS.contained);
    const moved = { ...incidentOf().window, at: THREE_AM + 48 * HOUR };

    expect(title).toBe("acme: job is contained; tokens already out work until 2026-11-24 03:00 UTC");
    expect(text).toContain("Tokens already out work until 2026-11-24 03:00 UTC at the latest.");
    expect(alertOf(TURNS.contained, { window: moved }).id).not.toBe(id);
  });

  it("that is not contained is the same matter as long as the same is missing, whenever it is told", () => {
    const missing = ["b", "a"];
    const told = { turn: "not-contained", at: AT, missing } as const;

    expect(alertOf({ ...told, at: AT + 1, missing: ["a", "b"] }).id).toBe(alertOf(told).id);
    expect(alertOf({ ...told, missing: ["a"] }).id).not.toBe(alertOf(told).id);
  });

  it("about what was found is loud only where something is exposed", () => {
    expect(alertOf(TURNS.found).severity).toBe("critical");
    expect(alertOf({ ...TURNS.found, exposed: [] })).toMatchObject({
      severity: "medium",
      title: expect.stringContaining("nothing else is known to be exposed"),
    });
  });

  const ended = { at: THREE_AM + HOUR, by: "dana", reason: "enough" };
  it.each<[string, Partial<Incident>, RegExp]>([
    ["is over, and was contained", {}, /^Tokens that were out when it was contained are over\./],
    ["a person ended before", { ended }, /^dana ended it\. Nobody watches any more, and tokens that are out may/],
    ["was never proven", { steps: {} }, /^It was never proven to be contained/],
    ["is a drill", { drill: true }, /Nothing was changed\./],
  ])("of one that is closed says no more than is known, where it %s", (_, changes, text) => {
    expect(alertOf(TURNS.closed, changes).text).toMatch(text);
  });

  it("that it was given back says of a token only what was seen, and when to tick what stays locked", () => {
    const told = (token: (typeof TURNS.restored)["token"]) => alertOf({ ...TURNS.restored, token, guards: ["a", "b"] });
    const locked = told("stays locked");

    expect(told("tried").text).toContain("a token with its new credential has just that");
    expect(told("not tried").text).toMatch(/none was tried/);
    expect(locked.title).toBe("acme: job STAYS LOCKED: no grant type was given back");
    expect(locked.text).toMatch(/still gets none, and no token was tried/);
    expect(locked.steps[0]).toMatch(
      /^Until these are closed or ended, .*takes the grant type away.*close a .*close b /,
    );
    expect(locked.steps[1]).toMatch(/^Tick Client Credentials/);
  });

  it("that something was added to what is given back says whether that gets tokens", () => {
    const restored = { at: AT, stoppedAt: AT };
    const text = (changes: Partial<Incident>) => {
      const alert = alertOf(TURNS.added, changes);
      return `${alert.title}. ${alert.text}`;
    };
    const locked = { restored: { ...restored, staysLocked: true } } as const;

    expect(text({ restored })).toMatch(
      /whoever has it can log in as it\..*It gets tokens again, so whoever has this does\.$/,
    );
    expect(text(locked)).toMatch(
      /: it stays locked\..*It gets no tokens for itself, so neither does whoever has this\.$/,
    );
    expect(text({ ...locked, steps: {} })).toMatch(/It gets tokens again/);
  });

  it("that waits is told again when it is asked again, and for another plan", () => {
    const ids = [TURNS.waiting, { ...TURNS.waiting, reminders: 1 }, { ...TURNS.waiting, planHash: "ef" }];

    expect(new Set(ids.map((turn) => alertOf(turn).id)).size).toBe(3);
    expect(alertOf(TURNS.waiting).steps[0]).toContain("npx curfew approve 2026-11-23-acme-5d41402abc restore");
  });
});

describe("who hears of an incident", () => {
  const owner = { owner: "dana@acme.example" };
  const hears = (alerts: { email: string[]; digest: string[]; slack?: object }, address: string): string =>
    JSON.stringify(
      emailSubscriptions({
        alerts: { ...alerts, digest: { email: alerts.digest } },
        tenants: [owner],
      } as unknown as Parameters<typeof emailSubscriptions>[0]).get(address),
    );

  it("is everybody who hears at once, and the owner of the tenant", () => {
    expect(hears({ email: ["on@x"], digest: ["day@x"] }, "on@x")).toContain('"incident"');
    expect(hears({ email: ["on@x"], digest: ["day@x"] }, "dana@acme.example")).toContain(
      '{"owner":["dana@acme.example"]}',
    );
    expect(slackFilter("high")).toMatchObject({ kind: expect.arrayContaining(["incident"]) });
  });

  it("is every owner for what names none, where nobody else is named", () => {
    const alone = '{"kind":["incident"],"owner":[{"exists":false}]}';
    expect(hears({ email: [], digest: [] }, "dana@acme.example")).toContain(alone);
    expect(hears({ email: ["on@x"], digest: [] }, "dana@acme.example")).not.toContain(alone);
    expect(hears({ email: [], digest: ["day@x"] }, "dana@acme.example")).not.toContain(alone);
    expect(hears({ email: [], digest: [], slack: {} }, "dana@acme.example")).not.toContain(alone);
  });

  it("is the reader of the digest only where nobody else is named", () => {
    expect(hears({ email: ["on@x"], digest: ["day@x"] }, "day@x")).not.toContain('"incident"');
    expect(hears({ email: [], digest: ["day@x"] }, "day@x")).toContain('"incident"');
  });
});
