import { describe, expect, it } from "vitest";
import type { Aftercare, RotationFailure, RotationRecord } from "../../../lib/rotation/ledger/rotation-record.ts";
import { rotationAlerts } from "../../../lib/rotation/news/rotation-alerts.ts";
import { REFUSALS, type Refusal } from "../../../lib/rotation/refusal.ts";
import { HELD, NOW, rotation } from "../../support/rotations.ts";
import { RULES } from "../../support/run-records.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const FAILURE: RotationFailure = {
  version: "v2",
  step: "setSecret",
  at: NOW - HOUR,
  code: "unreachable",
  refusal: null,
  message: "Auth0 did not answer.",
};

const CARE: Aftercare = {
  current: "v2",
  old: "v1",
  recordedAt: NOW - HOUR,
  from: NOW - HOUR,
  lastWriteAt: NOW - HOUR,
  answers: [{ at: NOW - HOUR / 2, old: "accepted", current: "accepted" }],
};

const ORDER = { version: "v2", by: "schedule", at: NOW - HOUR } as const;

const alertsOf = (record: Partial<RotationRecord>, tenant = "a") =>
  rotationAlerts([{ tenant, record: rotation(record), isTended: true }], RULES, NOW);

describe("what everybody hears of rotations", () => {
  it("is that one is held, why, and how to go on", () => {
    const [alert, ...others] = alertsOf({ held: HELD, failures: 3, lastFailure: FAILURE });

    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      kind: "rotation",
      severity: "high",
      tenant: "a",
      owner: "anna@acme.example",
      title: "a: the rotation of jkl is held: it failed 3 times in a row",
    });
    expect(alert?.facts).toContainEqual({ label: "Secret", value: "apps/checkout/auth0" });
    expect(alert?.facts).toContainEqual({ label: "Code", value: FAILURE.code }); // the runbook goes by it
    expect(alert?.steps.slice(-3)).toEqual([
      "See what would happen: npx curfew rotate --tenant a --client jkl --dry-run",
      "Then go on: npx curfew rotate resume --tenant a --client jkl",
      "More: docs/runbook.md#rotation-held",
    ]);
  });

  it("is what a promotion took back, in the secret that it was in", () => {
    const arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/former-AbCdEf";
    const [alert] = alertsOf({ tookBack: [{ fields: ["note"], from: "v0", arn, version: "v1", at: NOW - HOUR }] });

    expect(alert?.steps.slice(0, 2)).toEqual([
      expect.stringContaining("--secret-id apps/former --version-id v0"),
      expect.stringContaining("--secret-id apps/checkout/auth0 --secret-string"),
    ]);
  });

  it("is what a hold keeps from being begun, and what is tried all the same", () => {
    const setAt = NOW - HOUR;
    const textOf = (underWay?: RotationRecord["underWay"]) =>
      alertsOf({ held: HELD, ...(underWay ? { underWay } : {}) })[0]?.text;

    expect(textOf()).toMatch(/^Curfew does not try again until a person says so\. /);
    expect(textOf({ version: "v2", startedAt: setAt })).toBe(textOf());
    expect(textOf({ version: "v2", startedAt: setAt, setAt })).toMatch(
      /^Each audit goes on trying to finish what Auth0 was told of; no other rotation is begun until a person says so\. /,
    );
  });

  it.each(REFUSALS)("is what to do where it was refused: %s", (refusal) => {
    const [alert] = alertsOf({ held: { since: NOW, refusal, message: "Refused." } });

    expect(alert?.title).toMatch(/^a: the rotation of jkl is held: [a-z"A-Z].{10,}[^.]$/);
    expect(alert?.facts).toContainEqual({ label: "Code", value: refusal });
    expect(alert?.steps.length).toBeGreaterThan(1);
    expect(alert?.steps.at(-1)).toBe("More: docs/runbook.md#rotation-refused");
  });

  it.each(REFUSALS)("has commands that can be typed as they stand: %s", (refusal) => {
    const message = "Refused.";
    const alerts = [
      ...alertsOf({ held: { since: NOW, refusal, message } }),
      ...alertsOf({ failures: 1, lastFailure: { ...FAILURE, refusal, message, code: "rotation-refused" } }),
      ...alertsOf({ lastFailure: { ...FAILURE, cameToNothing: NOW } }),
    ];

    expect(alerts).toHaveLength(3);
    for (const step of alerts.flatMap(({ steps }) => steps).filter((one) => one.includes("npx curfew rotate"))) {
      expect(step).toMatch(
        /: npx curfew rotate (status --tenant a|adopt --tenant a --client jkl --secret apps\/checkout\/auth0|(resume )?--tenant a --client jkl( --dry-run| --overwrite)?)$/,
      );
    }
  });

  it("is how to go on only where something is left to do", () => {
    const stepsOf = (refusal: Refusal) => alertsOf({ held: { since: NOW, refusal, message: "Refused." } })[0]?.steps;

    expect(stepsOf("client-gone")).toEqual([
      "Take it out of credentials in curfew.yaml and deploy; delete the secret once nobody reads it.",
      "More: docs/runbook.md#rotation-refused",
    ]);
    expect(stepsOf("current-refused")?.slice(-4, -1)).toEqual([
      "If nobody uses the one in Auth0, replace it: npx curfew rotate --tenant a --client jkl --overwrite",
      "See what would happen: npx curfew rotate --tenant a --client jkl --dry-run",
      "After --overwrite nothing is left to do; after storing the right one go on: npx curfew rotate resume --tenant a --client jkl",
    ]);
    expect(stepsOf("not-calibrated")?.filter((step) => step.includes("--dry-run"))).toHaveLength(1);
  });

  it("is that one fails, and that the next audits see to it", () => {
    const [alert] = alertsOf({ failures: 1, lastFailure: FAILURE });

    expect(alert).toMatchObject({ severity: "medium", title: "a: the rotation of jkl failed in setSecret" });
    expect(alert?.text).toBe(
      "The next audits try again, and it is held when they fail as well. No change at Auth0 is under way.",
    );
  });

  it("is what to do about a secret that is not there, and not to look into a log that says nothing of it", () => {
    const lastFailure = { ...FAILURE, code: "not-found" as const, message: "There is no secret." };
    const failed = alertsOf({ failures: 1, lastFailure });
    const held = alertsOf({ failures: 3, lastFailure, held: { since: NOW, refusal: null, message: "No secret." } });

    expect([...failed, ...held].map(({ steps }) => steps[0])).toEqual(
      Array(2).fill(
        "Correct the secret's name in curfew.yaml and deploy, or create it: npx curfew rotate adopt --tenant a --client jkl --secret apps/checkout/auth0",
      ),
    );
  });

  it("is where the new one is, when Auth0 may know it already", () => {
    const underWay = { version: "v2", startedAt: NOW - HOUR, setAt: NOW - HOUR };
    const [alert] = alertsOf({ lastFailure: FAILURE, underWay });

    expect(alert?.text).toContain("The next audit finishes it. The new credential may be live already: ");
    expect(alert?.text).toContain("as the version v2. Under AWSPENDING consumers that");
    expect(alert?.text).toContain("where somebody took that label away they find nothing that works");
  });

  it.each([
    [null, "Last failure"],
    ["fields-changed", "Reason"],
  ] as const)("is why nothing came of a version only where that is known (%s)", (refusal, label) => {
    const [alert] = alertsOf({ lastFailure: { ...FAILURE, refusal, cameToNothing: NOW } });

    expect(alert?.facts.at(-1)).toEqual({ label, value: FAILURE.message });
  });

  it("is that Auth0 refused the new one, where it did after that was made current", () => {
    const underWay = { version: "v2", startedAt: NOW - HOUR, setAt: NOW - HOUR, wasRefused: true } as const;

    expect(alertsOf({ lastFailure: FAILURE, underWay })[0]?.text).toBe(
      "The next audit brings it to its end, unless AWSCURRENT is on it by then. Auth0 refused the new credential, the version v2, after it was made current, and is not told of it again unasked.",
    );
  });

  it("is that an old one is still accepted, and that nobody can prove one dead", () => {
    const [overdue] = alertsOf({ aftercare: [{ ...CARE, overdueSince: NOW - HOUR / 2 }] });
    const [unproven] = alertsOf({ aftercare: [{ ...CARE, notProvable: "It is not stored any more." }] });

    expect(overdue).toMatchObject({ severity: "high", title: "a: the old credential of jkl is still accepted" });
    expect(overdue?.facts.at(-1)).toEqual({
      label: "Last answer",
      value: "old accepted, new accepted, at 2026-11-25 05:30 UTC",
    });
    expect(unproven).toMatchObject({ severity: "medium" });
    expect(unproven?.text).toContain("It is not stored any more.");
  });

  it.each<{ title: string; care: Partial<Aftercare>; kind?: RotationRecord["kind"]; says: unknown[] }>([
    {
      title: "the old value is gone",
      care: { notProvable: "It is not stored any more." },
      says: [
        "medium",
        "a: nobody can prove that the old credential of jkl is dead",
        /^The new one is in place\. It is not/,
      ],
    },
    {
      title: "somebody went back to the former secret",
      care: { notProvable: "It is current again.", ending: "in-use" },
      says: [
        "medium",
        "a: somebody went back to the former credential of jkl",
        /^It is current again\. .*rotation left to do is over\. With rotate: auto, .* once it is past its maxAge\.$/,
      ],
    },
    {
      title: "somebody went back to the former key",
      care: { notProvable: "It is current again.", ending: "in-use", oldKey: { id: "cred_1", kid: "k" } },
      kind: "private-key",
      says: [
        "medium",
        "a: somebody went back to the former credential of jkl",
        /Curfew does not take the newer key, of the version v2, away: where Auth0 still has it, it stays\.$/,
      ],
    },
    {
      title: "the new one was never seen to be current",
      care: { notProvable: "Another value was stored.", ending: "superseded" },
      says: [
        "medium",
        "a: another value was stored in place of the new credential of jkl",
        /^Another value was stored\. /,
      ],
    },
    {
      title: "the application is gone",
      care: { notProvable: "It does not exist any more.", ending: "client-gone" },
      says: ["low", "a: the application jkl is gone, and its old credential with it", /^It does not exist any more\.$/],
    },
  ])("says nothing false of an old one that is proven by nobody: $title", ({ care, kind = "client-secret", says }) => {
    const [alert, ...others] = alertsOf({ kind, aftercare: [{ ...CARE, ...care }] });

    const [severity, title, text] = says;
    expect(others).toEqual([]);
    expect(alert).toMatchObject({ severity, title, text: expect.stringMatching(text as RegExp) });
    if (care.ending !== undefined) expect(`${alert?.title} ${alert?.text}`).not.toMatch(/in place and works|prove/);
    expect(alert?.steps.length).toBeGreaterThan(1);
  });

  it("is that Auth0 refuses what is current now, and never that the new one is in place then", () => {
    const overdue = (answers: Aftercare["answers"]) =>
      alertsOf({ aftercare: [{ ...CARE, overdueSince: NOW, answers }] })[0];
    const dead = overdue([{ at: NOW, old: "refused", current: "refused" }]);

    expect(dead?.text).toMatch(/^Auth0 refuses what is stored as the current one: somebody changed one of the two/);
    expect(dead?.steps).toContain(
      "If nobody uses the one in Auth0, replace it: npx curfew rotate --tenant a --client jkl --overwrite",
    );
    const lost = alertsOf({
      aftercare: [{ ...CARE, notProvable: "Why.", answers: [{ at: NOW, old: "refused", current: "refused" }] }],
    });
    expect(lost[0]?.text).toMatch(/^Auth0 refuses what is stored .* Why\.$/);
    expect(overdue([])?.text).toMatch(/^The new one was made the current one\. The old one should be dead/);
    expect(overdue(CARE.answers)?.text).toMatch(/^The new one is in place\. /);
    const failure = { ...FAILURE, message: "The current key is not seen to be accepted." };
    const kept = alertsOf({ aftercare: [{ ...CARE, overdueSince: NOW, answers: [], failure }] })[0];
    expect(kept?.text).toContain(" The current key is not seen to be accepted. Curfew goes on trying");
    expect(overdue(CARE.answers)?.steps.join()).not.toContain("--overwrite");
  });

  it("is that nobody finishes what Auth0 was told of, once nobody can be at work on it", () => {
    const underWay = { version: "v2", startedAt: NOW - HOUR, setAt: NOW - HOUR };
    const told = (isTended: boolean, more: Partial<RotationRecord> = {}, now = NOW) =>
      rotationAlerts([{ tenant: "a", record: rotation({ underWay, ...more }), isTended }], RULES, now);

    const [alert, ...others] = told(false, { lastFailure: FAILURE });
    expect(others).toEqual([]); // that the next audit finishes it would be false
    expect(alert).toMatchObject({ severity: "high", title: "a: nobody finishes the rotation of jkl" });
    expect(alert?.text).toMatch(/^The new credential may be live already: .* No audit goes on with it: /);
    expect(alert?.steps[0]).toContain("back into curfew.yaml");
    expect(told(true)).toEqual([]);
    expect(told(false, {}, NOW - HOUR + 15 * 60_000 - 1)).toEqual([]);
    expect(told(false, { underWay: { version: "v2", startedAt: NOW - HOUR }, lastFailure: FAILURE })).toEqual([]);
    expect(told(false, { held: HELD }).map(({ title }) => title)).toHaveLength(2);
    const audit = NOW - HOUR + 73 * HOUR; // by then one should have come, and have finished it
    expect(told(true, {}, audit - 1)).toEqual([]);
    const [late] = told(true, {}, audit);
    expect(late).toMatchObject({ severity: "high", id: alert?.id, title: alert?.title });
    expect(late?.text).toMatch(/ No audit has finished it since\.$/);
    expect(late?.steps[0]).toBe("Finish it, and see what keeps it: npx curfew rotate --tenant a --client jkl");
    expect(told(true, { held: HELD }, audit).map(({ title }) => title)).toEqual([expect.stringContaining("is held")]);
  });

  it("is how to go back to the newer one where somebody left it, which another rotation does not do", () => {
    const stepsOf = (kind: RotationRecord["kind"]) =>
      alertsOf({ kind, aftercare: [{ ...CARE, notProvable: "Why.", ending: "in-use", givenUpAt: NOW }] })[0]?.steps;
    const forward =
      "If it was not meant: make the newer version current again, in place of the one that is (CURRENT): aws secretsmanager update-secret-version-stage --secret-id apps/checkout/auth0 --version-stage AWSCURRENT --move-to-version-id v2 --remove-from-version-id CURRENT";

    expect(stepsOf("client-secret")).toEqual([
      "See whether Auth0 accepts what is stored: npx curfew rotate --tenant a --client jkl --dry-run",
      `${forward}. Auth0 accepts the newer one unless somebody set the former one there, too.`,
      "If it was not meant and the newer one is of no use: npx curfew rotate --tenant a --client jkl --overwrite",
      "More: docs/runbook.md#aftercare-overdue",
    ]);
    expect(stepsOf("private-key")).toEqual([
      "If it was meant: in Auth0, detach and delete the newer key once nobody uses it; the next one needs its place.",
      `${forward}; in Auth0, detach and delete the former key once nobody uses it.`,
      "If it was not meant and the newer key is gone: npx curfew rotate --tenant a --client jkl",
      "More: docs/runbook.md#aftercare-overdue",
    ]);
  });

  it("is that nobody goes on with an old one, as soon as it should be dead, or when an audit should have come", () => {
    const oldKey = { id: "cred_1", kid: "k1" };
    const day = {
      ...CARE,
      promotedAt: NOW - 2 * DAY,
      from: NOW - DAY,
      lastWriteAt: NOW - 2 * DAY,
      answers: [],
      oldKey,
    };
    const told = (isTended: boolean, now: number, care: Aftercare = day) =>
      rotationAlerts([{ tenant: "a", record: rotation({ aftercare: [care] }), isTended }], RULES, now);
    const DUE = NOW - DAY + HOUR / 12;

    expect(told(false, DUE - 1)).toEqual([]);
    const [alert] = told(false, DUE);
    expect(alert).toMatchObject({ severity: "high", title: "a: the old credential of jkl is not proven dead" });
    expect(alert?.text).toContain("No audit goes on with it");
    expect(alert?.steps[0]).toContain("back into curfew.yaml");
    expect(told(true, DUE + 3 * DAY)).toEqual([]);
    expect(told(true, DUE + 73 * HOUR)).toMatchObject([{ id: alert?.id }]);
    expect(alertsOf({ aftercare: [{ ...day, overdueSince: DUE }] })[0]?.id).toBe(alert?.id);
    expect(told(false, NOW + 99 * DAY)).toHaveLength(1);
    expect(told(true, DUE, { ...day, goneAt: NOW - DAY })).toHaveLength(1); // no audit is waited for once it is gone
  });

  it.each<[string, Partial<RotationRecord>]>([
    ["the promotion has not come about", { aftercare: [{ ...CARE, from: 0, recordedAt: 0, lastWriteAt: 0 }] }],
    ["a rotation went well", { promoted: { version: "v2", at: NOW }, lastFailure: FAILURE, order: ORDER }],
    ["aftercare is open in time", { promoted: { version: "v2", at: NOW }, aftercare: [CARE] }],
    ["nobody should have asked", { lastFailure: { ...FAILURE, refusal: "rotate-off", code: "rotation-refused" } }],
    ["nothing came of a version", { aftercare: [{ ...CARE, notProvable: "Nothing came.", ending: "nothing-came" }] }],
    ["only aftercare failed", { failures: 1, aftercare: [{ ...CARE, failure: FAILURE }] }],
  ])("is nothing where %s", (_, record) => {
    expect(alertsOf(record)).toEqual([]);
  });

  it("has the same id for the same matter, and another for another", () => {
    const ids = [
      alertsOf({ held: HELD, failures: 3 }),
      alertsOf({ held: { ...HELD, since: NOW } }),
      alertsOf({ held: { ...HELD, refusal: "current-refused" } }),
      alertsOf({ held: HELD }, "b"),
      alertsOf({ failures: 1, lastFailure: FAILURE }),
      alertsOf({ failures: 2, lastFailure: { ...FAILURE, version: "v3" } }),
      alertsOf({ lastFailure: { ...FAILURE, cameToNothing: NOW } }),
      alertsOf({ lastFailure: { ...FAILURE, cameToNothing: NOW, version: "v3", refusal: "fields-changed" } }),
      alertsOf({ lastFailure: { ...FAILURE, cameToNothing: NOW, version: "v4", refusal: "fields-changed" } }),
      alertsOf({ aftercare: [{ ...CARE, promotedAt: NOW, overdueSince: NOW }] }),
      alertsOf({ aftercare: [{ ...CARE, current: "v3", promotedAt: NOW, overdueSince: NOW }] }),
      alertsOf({ aftercare: [{ ...CARE, notProvable: "Why." }] }),
      alertsOf({ aftercare: [{ ...CARE, current: "v3", notProvable: "Why." }] }),
    ].map(([alert]) => alert?.id);

    expect(new Set(ids).size).toBe(ids.length);
    expect(alertsOf({ held: HELD, failures: 5, lastFailure: FAILURE })[0]?.id).toBe(ids[0]);
    expect(alertsOf({ failures: 1, lastFailure: { ...FAILURE, at: NOW, message: "Again." } })[0]?.id).toBe(ids[4]);
  });

  it("tells of rotation that is switched off once, however many versions come of it", () => {
    const off = { ...FAILURE, refusal: "rotation-disabled" as const };

    const text = "No audit rotates it, or finishes what is begun, before that is switched on. ";
    for (const underWay of [undefined, { version: "v2", startedAt: 0 }]) {
      const [alert] = alertsOf({ lastFailure: off, ...(underWay ? { underWay } : {}) });
      expect(alert?.text).toBe(`${text}No change at Auth0 is under way.`);
    }
    expect(alertsOf({ lastFailure: off })[0]?.id).toBe(alertsOf({ lastFailure: { ...off, version: "v9" } })[0]?.id);
  });

  it("is ready for a shell, whatever a client is called", () => {
    const [alert] = rotationAlerts(
      [{ tenant: "a", record: rotation({ clientId: "it's;rm -rf", held: HELD }), isTended: true }],
      RULES,
      NOW,
    );

    expect(alert?.steps.join("\n")).toContain("--client 'it'\\''s;rm -rf'");
  });
});
