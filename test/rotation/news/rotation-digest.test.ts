import { describe, expect, it } from "vitest";
import { digestAlert } from "../../../lib/alerts/digest.ts";
import type { KnownCredential } from "../../../lib/rotation/credentials/known-credentials.ts";
import type { RotationRecord } from "../../../lib/rotation/ledger/rotation-record.ts";
import { rotationDigest } from "../../../lib/rotation/news/rotation-digest.ts";
import { HELD, known, NOW, rotation } from "../../support/rotations.ts";
import { RULES, RUN, record, report } from "../../support/run-records.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const aged = (clientId: string, days: number, parts: Partial<KnownCredential> = {}): KnownCredential =>
  known({ clientId, age: { since: NOW - days * DAY, source: "rotation", isAtLeast: false }, ...parts });
const remembered = (clientId: string, parts: Partial<RotationRecord>) => ({
  tenant: "a",
  record: rotation({ clientId, ...parts }),
  isTended: true,
});
const care = { current: "v2", old: "v1", recordedAt: NOW, from: NOW, lastWriteAt: NOW, answers: [] };

const part = (credentials: KnownCredential[], rotations: ReturnType<typeof remembered>[] = []) =>
  rotationDigest({ credentials, rotations, now: NOW }, NOW - DAY);
const digest = (...given: Parameters<typeof part>) =>
  digestAlert([report([record("a")])], "2026-11-25", RUN.startedAt, RULES, { news: part(...given) });

describe("the digest says of rotation", () => {
  it("what was rotated since the last one, and whether the old one is proven dead", () => {
    const promoted = (at: number) => ({ promoted: { version: "v2", at } });
    const proof = { old: "v1", current: "v2", provenAt: NOW - HOUR, answers: [] };
    const one = digest(
      [aged("new", 0), aged("older", 3)],
      [
        remembered("new", { ...promoted(NOW - 2 * HOUR), lastProof: proof }),
        remembered("unproven", { ...promoted(NOW - HOUR), aftercare: [care] }),
        remembered("older", promoted(NOW - 3 * DAY)),
        remembered("key", { ...promoted(NOW - 2 * DAY), kind: "private-key", lastProof: proof }),
        remembered("known", { ...promoted(NOW - 9 * DAY), lastProof: { ...proof, provenAt: NOW - 8 * DAY } }),
      ],
    );

    expect(one.title).toBe("Digest 2026-11-25: 2 rotated, 2 proven");
    expect(one.items).toEqual([
      "rotated  a: new: 2026-11-25 04:00 UTC",
      "rotated  a: unproven: 2026-11-25 05:00 UTC",
      "proven  a: key: the old one is dead, 2026-11-25 05:00 UTC",
      "proven  a: new: the old one is dead, 2026-11-25 05:00 UTC",
      "aftercare  a: unproven: the old one is not proven dead yet",
    ]);
    expect(one.facts).toContainEqual({ label: "Rotated", value: "2 credentials; 2 old ones proven dead" });
  });

  it("what is still due, and what will be", () => {
    const one = digest([aged("late", 100), aged("soon", 86), aged("off", 300, { rotate: "off" })]);

    expect(one).toMatchObject({ title: "Digest 2026-11-25: 1 still due", severity: "low" });
    expect(one.items).toEqual(["due  a: late: 100 d old, the limit is 90 d"]);
    expect(one.facts).toContainEqual({ label: "Due", value: "1 now, 1 within a week, of 2 automatic" });
  });

  it("what no run can rotate, which is not due as well, and what a person can do about it", () => {
    const one = digest([
      aged("stuck", 95, { hasRotator: false }),
      aged("young", 1, { hasRotator: false, tenant: "b" }),
      aged("gone", 95, { isMissing: true, secret: "apps/gone" }),
      aged("off", 95, { isMissing: true, rotate: "off" }),
    ]);

    expect(one).toMatchObject({ title: "Digest 2026-11-25: 3 cannot be rotated", severity: "low" });
    expect(one.items).toEqual([
      "cannot be rotated  a: gone: the secret apps/gone does not exist, or holds no value",
      "cannot be rotated  a: stuck: the tenant has no rotator",
      "cannot be rotated  b: young: the tenant has no rotator",
    ]);
    expect(one.facts).toContainEqual({ label: "Due", value: "0 now, 0 within a week, of 1 automatic" });
    expect(one.steps.slice(0, 2)).toEqual([
      "Give a rotator in curfew.yaml to a, b, and deploy; or set rotate: off there.",
      "Store what has to be rotated: npx curfew rotate adopt --tenant a --client gone --secret apps/gone",
    ]);
  });

  it("what is held, fails or is not dead: never that all is quiet then", () => {
    const accepted = { at: NOW, old: "accepted", current: "accepted" } as const;
    const failure = { version: "v2", step: "setSecret", at: NOW, code: "unreachable", refusal: null } as const;
    const one = digest(
      [aged("held", 100, { rotation: rotation({ held: HELD }) })],
      [
        remembered("held", { held: HELD }),
        remembered("refused", { held: { ...HELD, refusal: "client-gone" } }),
        remembered("failing", { failures: 1, lastFailure: { ...failure, message: "Auth0 did not answer." } }),
        remembered("alive", { aftercare: [{ ...care, overdueSince: NOW - HOUR, answers: [accepted] }] }),
        remembered("silent", { aftercare: [{ ...care, overdueSince: NOW - HOUR }] }),
        remembered("key", { aftercare: [{ ...care, from: NOW + DAY, oldKey: { id: "k", kid: "k" } }] }),
        remembered("lost", { aftercare: [{ ...care, notProvable: "It is not stored.", givenUpAt: NOW }] }),
        { ...remembered("told", { underWay: { version: "v2", startedAt: 0, setAt: NOW - DAY } }), isTended: false },
        remembered("early", { underWay: { version: "v2", startedAt: 0, earlySince: NOW - DAY } }),
        remembered("none", { aftercare: [{ ...care, notProvable: "Nothing came of it." }] }),
      ],
    );

    expect(one).toMatchObject({
      title: "Digest 2026-11-25: 2 held, 2 not dead, 1 left unfinished, 1 current too early, 1 not rotated",
      severity: "medium",
    });
    expect(one.items).toEqual([
      "held  a: held: Auth0 did not answer.",
      "held  a: refused: the application is not in Auth0 any more",
      "not dead  a: alive: the old one is still accepted, overdue since 2026-11-25 05:00 UTC",
      "not dead  a: silent: the old one is not proven dead, overdue since 2026-11-25 05:00 UTC",
      "left unfinished  a: told: Auth0 may know the new one, and nobody has finished it",
      "current too early  a: early: AWSCURRENT was moved before Auth0 was told of the new one",
      "not rotated  a: failing: Auth0 did not answer.",
      "aftercare  a: key: the old key stays until 2026-11-26 06:00 UTC",
      "not provable  a: lost: It is not stored.",
    ]);
    expect(one.facts).toContainEqual({ label: "Aftercare", value: "3 open, 2 overdue" });
    expect(one.steps).toContain("How rotations stand: npx curfew rotate status");
  });

  it("nothing where nothing is rotated", () => {
    expect(part([])).toEqual({
      headline: expect.anything(),
      severity: "info",
      facts: [],
      steps: [],
      items: [],
    });
    expect(digest([]).title).toBe("Digest 2026-11-25: all quiet in 1 tenant");
  });
});
