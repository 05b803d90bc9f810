import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import type { Check } from "../../lib/checks/define-check.ts";
import { PROFILES, type ProfileName } from "../../lib/checks/limits.ts";
import type { Outcome } from "../../lib/checks/outcome.ts";
import { evaluate } from "../../lib/findings/evaluate.ts";
import { AGE_SOURCES, type DriftProbe, type History } from "../../lib/history/history.ts";
import type { Sections } from "../../lib/inventory/inventory.ts";
import { UNKNOWN_REASONS } from "../../lib/model/finding.ts";
import { SEVERITIES } from "../../lib/model/severity.ts";
import { aGrant, MANAGEMENT, ORDERS } from "../support/grants.ts";
import { aHistory, daysAgo } from "../support/history.ts";
import { aClient, aContext, anAuthentication, byPrivateKey, DOMAIN } from "../support/inventory.ts";
import { evaluateCheck } from "./evaluate-check.ts";

const checks = CATALOGUE.filter(({ needsHistory }) => needsHistory);

const IDS = ["client-1", "client-2", "client-3", "__proto__", "https://client.example/?a=1"];
const someId = fc.constantFrom(...IDS);
const odd = fc.constantFrom<unknown>(null, 5, "", [], {});

/** Moments about the limits, in the past and in the future. */
const someInstant = fc
  .tuple(fc.constantFrom(-3, 0, 1, 2, 3, 45, 60, 90, 180, 400), fc.constantFrom(-1_000, 0, 1_000))
  .map(([days, beside]) => daysAgo(days) + beside);

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const someMap = <T>(value: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(someId, value), { maxLength: 12, size: "max" })
    .map((entries): ReadonlyMap<string, T> => new Map(entries));

const someSet = fc.uniqueArray(someId).map((ids): ReadonlySet<string> => new Set(ids));

const someProbe = fc.record<DriftProbe>({
  answer: fc.constantFrom("accepted", "refused", "unknown"),
  at: someInstant,
  reason: fc.constantFrom("fetch-failed", "not-reported", null),
  detail: fc.constantFrom("status 500", null),
});

/** Mostly a log that is long and was read until now: else hardly anything could be said. */
const someLog = fc.record({
  status: fc.constant("complete" as const),
  since: fc.oneof({ weight: 3, arbitrary: fc.constant(daysAgo(401)) }, { weight: 1, arbitrary: someInstant }),
  until: fc.oneof({ weight: 3, arbitrary: fc.constant(daysAgo(0)) }, { weight: 1, arbitrary: someInstant }),
  lastSeen: someMap(someInstant),
});

const someHistory: fc.Arbitrary<History> = fc.record({
  startedAt: someInstant,
  secrets: someMap(fc.record({ since: someInstant, source: fc.constantFrom(...AGE_SOURCES), isAtLeast: fc.boolean() })),
  seen: someMap(
    fc
      .record({ first: someInstant, notBefore: maybe(someInstant) })
      .map(({ first, notBefore }) => ({ first, ...(notBefore === undefined ? {} : { notBefore }) })),
  ),
  managed: someSet,
  own: someSet,
  probes: someMap(someProbe),
  rotationTroubles: maybe(
    someMap(
      fc.record({
        state: fc.constantFrom("held" as const, "failing" as const),
        since: someInstant,
        message: fc.constant("It failed."),
      }),
    ),
  ),
  exchanges: someLog,
  lastCompleteAudit: maybe(someInstant),
  firstAudit: maybe(someInstant),
  interval: maybe(fc.constantFrom(3_600, 86_400, 259_200)),
  notes: fc.constant([]),
});

const someSections: fc.Arbitrary<Partial<Sections>> = fc.uniqueArray(someId).chain((ids) =>
  fc.record({
    clients: fc.tuple(
      ...ids.map((client_id) =>
        fc
          .record(
            {
              app_type: fc.oneof(fc.constantFrom("spa", "regular_web", "non_interactive"), odd),
              token_endpoint_auth_method: fc.oneof(fc.constantFrom("none", "client_secret_post"), odd),
              global: fc.boolean(),
            },
            { requiredKeys: [] },
          )
          .map((answer) => aClient({ ...answer, client_id })),
      ),
    ),
    clientAuthentication: fc.tuple(
      ...ids.map((client_id) =>
        fc
          .constantFrom({}, byPrivateKey("cred_1"), { client_authentication_methods: 5 })
          .map((answer) => anAuthentication({ ...answer, client_id })),
      ),
    ),
    clientGrants: fc
      .array(
        fc.record(
          {
            client_id: fc.oneof(someId, odd),
            audience: fc.oneof(fc.constantFrom(MANAGEMENT, ORDERS), odd),
            is_system: fc.boolean(),
            default_for: fc.constantFrom("third_party_clients", 5),
          },
          { requiredKeys: ["client_id"] },
        ),
        { maxLength: 5 },
      )
      .map((grants) => grants.map((grant, index) => aGrant({ ...grant, id: `cgr_${index}` }))),
  }),
);

const identity = ({ resource, aspect }: Outcome): string => JSON.stringify([resource.type, resource.id, aspect]);

const rank = (outcome: Outcome | undefined): number =>
  outcome?.verdict === "fail" ? SEVERITIES.indexOf(outcome.severity) : -1;

const judged = (check: Check, sections: Partial<Sections>, history: History, profile: ProfileName = "baseline") =>
  evaluateCheck(check, sections, profile, aContext({ history }));

describe.each(checks)("$id", (check) => {
  test("says something sensible about whatever is remembered, in every profile", () => {
    fc.assert(
      fc.property(someSections, someHistory, fc.constantFrom(...PROFILES), (sections, history, profile) => {
        const outcomes = judged(check, sections, history, profile);

        expect(new Set(outcomes.map(identity)).size).toBe(outcomes.length);
        for (const outcome of outcomes) {
          expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
          if (outcome.verdict === "unknown") expect(outcome.detail).not.toBe("");
          if (outcome.verdict !== "fail") continue;
          expect(outcome.message).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
          if (outcome.observed !== undefined) expect(outcome.observed).toBeGreaterThan(outcome.limit ?? 0);
        }
      }),
    );
  });

  test.each([
    { laxer: "auth0-default", stricter: "baseline" },
    { laxer: "baseline", stricter: "strict" },
  ] as const)("finds with $stricter whatever it finds with $laxer, and no less bad", ({ laxer, stricter }) => {
    fc.assert(
      fc.property(someSections, someHistory, (sections, history) => {
        const strict = new Map(judged(check, sections, history, stricter).map((one) => [identity(one), one]));
        const milder = judged(check, sections, history, laxer).filter(
          (outcome) => rank(strict.get(identity(outcome))) < rank(outcome),
        );
        expect(milder).toEqual([]);
      }),
    );
  });

  test("says the same in whatever order things are remembered and listed", () => {
    fc.assert(
      fc.property(someSections, someHistory, (sections, history) => {
        const turned = Object.fromEntries(
          Object.entries(sections).map(([name, items]) => [name, (items as readonly unknown[]).toReversed()]),
        );
        const sorted = (outcomes: Outcome[]) => outcomes.map((outcome) => JSON.stringify(outcome)).sort();

        expect(sorted(judged(check, turned, history))).toEqual(sorted(judged(check, sections, history)));
      }),
    );
  });

  test("calls nothing clean that a longer look could find", () => {
    // With everything that is known only as a bound taken for what it is at worst, no pass may become a finding.
    fc.assert(
      fc.property(someSections, someHistory, (sections, history) => {
        const older = new Map(
          [...history.secrets].map(([id, age]) => [id, age.isAtLeast ? { ...age, since: daysAgo(4_000) } : age]),
        );
        const worse = new Map(
          judged(check, sections, { ...history, secrets: older }).map((one) => [identity(one), one]),
        );
        const passed = judged(check, sections, history).filter(({ verdict }) => verdict === "pass");
        expect(passed.filter((outcome) => worse.get(identity(outcome))?.verdict === "fail")).toEqual([]);
      }),
    );
  });
});

describe("without what they need", () => {
  const evaluation = (history?: Parameters<typeof evaluate>[0]["history"]) =>
    evaluate({
      tenant: { name: "acme", domain: DOMAIN },
      checks,
      policy: new Map(checks.map(({ id, limits }) => [id, limits.baseline])),
      inventory: {
        clients: { status: "complete", data: [], count: 0 },
        clientAuthentication: { status: "complete", data: [], count: 0 },
        clientGrants: { status: "complete", data: [], count: 0 },
      },
      auditor: { clientId: "auditor", scopes: undefined },
      ...(history ? { history } : {}),
      now: aContext().now,
    }).checks;

  test("of a history, all say so", () => {
    expect(evaluation()).toEqual(
      checks.map(({ id }) => ({ id, status: "not-evaluated", reason: "no-history", detail: null })),
    );
  });

  test.each(UNKNOWN_REASONS)("of a history that failed, all name the reason %s", (reason) => {
    const failed = { status: "unavailable", reason, detail: "why" } as const;

    expect(evaluation(failed)).toEqual(
      checks.map(({ id }) => ({ id, status: "not-evaluated", reason, detail: "why" })),
    );
  });

  test.each(UNKNOWN_REASONS)("of the log, those that need it name the reason %s, and no others", (reason) => {
    const results = evaluation(aHistory({ exchanges: { status: "unavailable", reason, detail: "read:logs" } }));

    expect(results.filter(({ status }) => status === "not-evaluated")).toEqual(
      ["grant.management.client-unused", "secret.client.age", "secret.client.unused"].map((id) => ({
        id,
        status: "not-evaluated",
        reason,
        detail: "read:logs",
      })),
    );
  });
});
