import fc from "fast-check";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import type { Check } from "../../lib/checks/define-check.ts";
import { PROFILES } from "../../lib/checks/limits.ts";
import type { Outcome } from "../../lib/checks/outcome.ts";
import { SECTION_NAMES, type Sections } from "../../lib/inventory/inventory.ts";
import { SEVERITIES } from "../../lib/model/severity.ts";
import { arbitraryContext } from "./arbitrary-context.ts";
import { arbitrarySections, documentedSections } from "./arbitrary-inventory.ts";
import { evaluateCheck } from "./evaluate-check.ts";

const identity = ({ resource, aspect }: Outcome): string =>
  JSON.stringify([resource.type, resource.id, resource.client, aspect]);

const rank = (outcome: Outcome | undefined): number =>
  outcome?.verdict === "fail" ? SEVERITIES.indexOf(outcome.severity) : -1;

test("all sections are generated, and nearly every check finds something in them", () => {
  const samples = fc.sample(fc.tuple(arbitrarySections(), arbitraryContext()), 600);
  const finds = (check: Check): boolean =>
    samples.some(([sections, context]) =>
      evaluateCheck(check, sections, "strict", context).some(({ verdict }) => verdict === "fail"),
    );

  // A check may be about something that is not generated; then the properties below say little of it.
  const silent = CATALOGUE.filter((check) => !finds(check)).map(({ id }) => id);
  console.info(
    `properties: ${TENANTS.numRuns} tenants each, ${CATALOGUE.length} checks, of which these find nothing: ${silent.join(", ") || "none"}`,
  );
  expect(samples.map(([sections]) => Object.keys(sections))).toEqual(samples.map(() => [...SECTION_NAMES]));
  expect(silent.length).toBeLessThan(CATALOGUE.length / 10);
});

/**
 * To make up a tenant costs far more than to judge it, so each is judged by every check. `new-check.test.ts`, which runs
 * this once more with one check more, wants fewer.
 */
const TENANTS = { numRuns: Number(process.env.CURFEW_TENANTS ?? 150) };

test("every check says one sensible thing about each resource, whatever Auth0 answers", () => {
  fc.assert(
    fc.property(arbitrarySections(), arbitraryContext(), fc.constantFrom(...PROFILES), (sections, context, profile) => {
      for (const check of CATALOGUE) {
        const outcomes = evaluateCheck(check, sections, profile, context);

        expect(new Set(outcomes.map(identity)).size, check.id).toBe(outcomes.length);
        for (const outcome of outcomes) {
          expect(JSON.parse(JSON.stringify(outcome)), check.id).toEqual(outcome);
          if (outcome.verdict === "fail") expectSense(check, outcome);
        }
      }
    }),
    TENANTS,
  );
});

function expectSense(check: Check, { message, observed, limit }: Extract<Outcome, { verdict: "fail" }>): void {
  expect(message, check.id).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
  for (const number of [observed ?? 0, limit ?? 0]) {
    // Sessions are in hours with fractions, so their seconds may have some.
    expect(Number.isFinite(number), check.id).toBe(true);
    expect(Number.isSafeInteger(number), check.id).toBe(Number.isInteger(number));
  }
  if (observed === undefined || limit === undefined) return;
  if (check.failsAt === "at most") expect(observed, check.id).toBeLessThanOrEqual(limit);
  else expect(observed, check.id).toBeGreaterThan(limit);
}

test("every check says the same in whatever order Auth0 lists things", () => {
  fc.assert(
    fc.property(arbitrarySections(), arbitraryContext(), (sections, context) => {
      const reversed = Object.fromEntries(
        Object.entries(sections).map(([name, list]) => [name, Array.isArray(list) ? list.toReversed() : list]),
      );
      const sorted = (check: Check, answers: Partial<Sections>) =>
        evaluateCheck(check, answers, "baseline", context)
          .map((outcome) => JSON.stringify(outcome))
          .sort();

      for (const check of CATALOGUE) expect(sorted(check, reversed), check.id).toEqual(sorted(check, sections));
    }),
    TENANTS,
  );
});

test.each([
  { laxer: "auth0-default", stricter: "baseline" },
  { laxer: "baseline", stricter: "strict" },
] as const)(
  "every check finds with $stricter whatever it finds with $laxer, and no less bad",
  ({ laxer, stricter }) => {
    fc.assert(
      fc.property(arbitrarySections(), arbitraryContext(), (sections, context) => {
        for (const check of CATALOGUE) {
          const outcomes = evaluateCheck(check, sections, stricter, context);
          const strict = new Map(outcomes.map((outcome) => [identity(outcome), outcome]));

          for (const outcome of evaluateCheck(check, sections, laxer, context))
            expect(rank(strict.get(identity(outcome))), check.id).toBeGreaterThanOrEqual(rank(outcome));
        }
      }),
      TENANTS,
    );
  },
);

/** Every field of these has a default, so that nothing documented leaves a question open. */
const HAVE_DEFAULTS = ["clients", "resourceServers", "tenantSettings", "emailTemplates"];
const ABOUT_THE_MANAGEMENT_API = ["expiry.api.management-token-lifetime", "grant.management.user-access"];

const KNOWING = CATALOGUE.filter(
  ({ needs, needsHistory }) => !needsHistory && needs.every((name) => HAVE_DEFAULTS.includes(name)),
);

test("every check knows an answer to everything that Auth0 documents", () => {
  fc.assert(
    fc.property(documentedSections(), (sections) => {
      for (const check of KNOWING) {
        const unknown = evaluateCheck(check, sections).filter(({ verdict }) => verdict === "unknown");

        // The list of APIs may lack the Management API or hold it more than once, and then nothing is known about it;
        // and nobody documents what it means that its policy for users is absent.
        const isAboutIt = ABOUT_THE_MANAGEMENT_API.includes(check.id);
        expect(
          isAboutIt ? unknown.filter(({ resource }) => !/^(tenant|resource-server)$/.test(resource.type)) : unknown,
          check.id,
        ).toEqual([]);
      }
    }),
    TENANTS,
  );
});
