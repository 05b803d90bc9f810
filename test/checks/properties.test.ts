import fc from "fast-check";
import { expect, test } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import type { Check } from "../../lib/checks/define-check.ts";
import type { ProfileName } from "../../lib/checks/limits.ts";
import type { Outcome } from "../../lib/checks/outcome.ts";
import type { Sections } from "../../lib/inventory/inventory.ts";
import { SEVERITIES, type Severity } from "../../lib/model/severity.ts";
import { arbitrarySections, documentedSections } from "./arbitrary-inventory.ts";
import { evaluateCheck } from "./evaluate-check.ts";

/** The checks that the generated sections suffice for; those over what earlier audits recorded have their own. */
const checks = CATALOGUE.filter(
  ({ needs, needsHistory }) =>
    !needsHistory &&
    needs.every((section) => ["clients", "resourceServers", "tenantSettings", "emailTemplates"].includes(section)),
);

const identity = ({ resource, aspect }: Outcome): string =>
  JSON.stringify([resource.type, resource.id, resource.client, aspect]);

function findings(check: Check, sections: Partial<Sections>, profile: ProfileName): Map<string, Severity> {
  const outcomes = evaluateCheck(check, sections, profile);
  return new Map(
    outcomes.flatMap((outcome) => (outcome.verdict === "fail" ? [[identity(outcome), outcome.severity]] : [])),
  );
}

test("no expiration check is left out of the properties below", () => {
  expect(checks.filter(({ id }) => id.startsWith("expiry."))).toHaveLength(16);
});

test.each(checks)("$id says something sensible about whatever Auth0 answers, in every profile", (check) => {
  fc.assert(
    fc.property(
      arbitrarySections(),
      fc.constantFrom<ProfileName>("baseline", "strict", "auth0-default"),
      (sections, profile) => {
        const outcomes = evaluateCheck(check, sections, profile);

        expect(new Set(outcomes.map(identity)).size).toBe(outcomes.length);
        for (const outcome of outcomes) {
          if (outcome.verdict === "fail") {
            expect(outcome.message).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
            expect(Number.isSafeInteger(outcome.observed ?? 0)).toBe(Number.isInteger(outcome.observed ?? 0));
            expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
            if (outcome.observed !== undefined && outcome.limit !== undefined) {
              expect(outcome.observed).toBeGreaterThan(outcome.limit);
            }
          }
        }
      },
    ),
  );
});

const ABOUT_THE_MANAGEMENT_API = ["expiry.api.management-token-lifetime", "grant.management.user-access"];

test.each(checks)("$id knows an answer to everything that Auth0 documents", (check) => {
  fc.assert(
    fc.property(documentedSections(), (sections) => {
      const unknown = evaluateCheck(check, sections).filter(({ verdict }) => verdict === "unknown");

      // The list of APIs may lack the Management API, and then nothing is known about it; and nobody documents what
      // it means that its policy for users is absent.
      const isAboutIt = ABOUT_THE_MANAGEMENT_API.includes(check.id);
      // The arbitrary list may hold it more than once.
      expect(
        isAboutIt ? unknown.filter(({ resource }) => !/^(tenant|resource-server)$/.test(resource.type)) : unknown,
      ).toEqual([]);
    }),
  );
});

test.each(checks)("$id says the same in whatever order Auth0 lists things", (check) => {
  fc.assert(
    fc.property(arbitrarySections(), (sections) => {
      const reversed: Partial<Sections> = {
        ...sections,
        clients: sections.clients?.toReversed() ?? [],
        resourceServers: sections.resourceServers?.toReversed() ?? [],
        emailTemplates: sections.emailTemplates?.toReversed() ?? [],
      };
      const sorted = (outcomes: Outcome[]) => outcomes.map((outcome) => JSON.stringify(outcome)).sort();

      expect(sorted(evaluateCheck(check, reversed))).toEqual(sorted(evaluateCheck(check, sections)));
    }),
  );
});

test.each([
  { laxer: "auth0-default", stricter: "baseline" },
  { laxer: "baseline", stricter: "strict" },
] as const)("whatever $laxer finds, $stricter finds too, and no less bad", ({ laxer, stricter }) => {
  fc.assert(
    fc.property(arbitrarySections(), (sections) => {
      for (const check of checks) {
        const strict = findings(check, sections, stricter);
        for (const [resource, severity] of findings(check, sections, laxer)) {
          const found = strict.get(resource);
          expect(found, `${check.id} on ${resource}`).toBeDefined();
          expect(SEVERITIES.indexOf(found as Severity), `${check.id} on ${resource}`).toBeGreaterThanOrEqual(
            SEVERITIES.indexOf(severity),
          );
        }
      }
    }),
    { numRuns: 300 },
  );
});
