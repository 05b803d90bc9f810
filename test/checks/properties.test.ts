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
  const samples = fc.sample(fc.tuple(arbitrarySections(), arbitraryContext()), 1_000);
  const finds = (check: Check): boolean =>
    samples.some(([sections, context]) =>
      evaluateCheck(check, sections, "strict", context).some(({ verdict }) => verdict === "fail"),
    );

  // A check may be about something that is not generated; then the properties below say little of it.
  const silent = CATALOGUE.filter((check) => !finds(check)).map(({ id }) => id);
  console.info(`properties: ${CATALOGUE.length} checks, of which these find nothing: ${silent.join(", ") || "none"}`);
  expect(samples.map(([sections]) => Object.keys(sections))).toEqual(samples.map(() => [...SECTION_NAMES]));
  expect(silent.length).toBeLessThan(CATALOGUE.length / 10);
});

test.each(CATALOGUE)("$id says one sensible thing about each resource, whatever Auth0 answers", (check) => {
  fc.assert(
    fc.property(arbitrarySections(), arbitraryContext(), fc.constantFrom(...PROFILES), (sections, context, profile) => {
      const outcomes = evaluateCheck(check, sections, profile, context);

      expect(new Set(outcomes.map(identity)).size).toBe(outcomes.length);
      for (const outcome of outcomes) {
        expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
        if (outcome.verdict === "fail") expectSense(check, outcome);
      }
    }),
  );
});

function expectSense(check: Check, { message, observed, limit }: Extract<Outcome, { verdict: "fail" }>): void {
  expect(message).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
  for (const number of [observed ?? 0, limit ?? 0]) {
    // Sessions are in hours with fractions, so their seconds may have some.
    expect(Number.isFinite(number)).toBe(true);
    expect(Number.isSafeInteger(number)).toBe(Number.isInteger(number));
  }
  if (observed === undefined || limit === undefined) return;
  if (check.failsAt === "at most") expect(observed).toBeLessThanOrEqual(limit);
  else expect(observed).toBeGreaterThan(limit);
}

test.each(CATALOGUE)("$id says the same in whatever order Auth0 lists things", (check) => {
  fc.assert(
    fc.property(arbitrarySections(), arbitraryContext(), (sections, context) => {
      const reversed = Object.fromEntries(
        Object.entries(sections).map(([name, list]) => [name, Array.isArray(list) ? list.toReversed() : list]),
      );
      const sorted = (answers: Partial<Sections>) =>
        evaluateCheck(check, answers, "baseline", context)
          .map((outcome) => JSON.stringify(outcome))
          .sort();

      expect(sorted(reversed)).toEqual(sorted(sections));
    }),
  );
});

const STRICTER = [
  { laxer: "auth0-default", stricter: "baseline" },
  { laxer: "baseline", stricter: "strict" },
] as const;

test.each(CATALOGUE.flatMap((check) => STRICTER.map((profiles) => ({ ...profiles, check, id: check.id }))))(
  "$id finds with $stricter whatever it finds with $laxer, and no less bad",
  ({ check, laxer, stricter }) => {
    fc.assert(
      fc.property(arbitrarySections(), arbitraryContext(), (sections, context) => {
        const outcomes = evaluateCheck(check, sections, stricter, context);
        const strict = new Map(outcomes.map((outcome) => [identity(outcome), outcome]));

        for (const outcome of evaluateCheck(check, sections, laxer, context))
          expect(rank(strict.get(identity(outcome)))).toBeGreaterThanOrEqual(rank(outcome));
      }),
    );
  },
);

/** Every field of these has a default, so that nothing documented leaves a question open. */
const HAVE_DEFAULTS = ["clients", "resourceServers", "tenantSettings", "emailTemplates"];
const ABOUT_THE_MANAGEMENT_API = ["expiry.api.management-token-lifetime", "grant.management.user-access"];

test.each(
  CATALOGUE.filter(({ needs, needsHistory }) => !needsHistory && needs.every((name) => HAVE_DEFAULTS.includes(name))),
)("$id knows an answer to everything that Auth0 documents", (check) => {
  fc.assert(
    fc.property(documentedSections(), (sections) => {
      const unknown = evaluateCheck(check, sections).filter(({ verdict }) => verdict === "unknown");

      // The list of APIs may lack the Management API or hold it more than once, and then nothing is known about it;
      // and nobody documents what it means that its policy for users is absent.
      const isAboutIt = ABOUT_THE_MANAGEMENT_API.includes(check.id);
      expect(
        isAboutIt ? unknown.filter(({ resource }) => !/^(tenant|resource-server)$/.test(resource.type)) : unknown,
      ).toEqual([]);
    }),
  );
});
