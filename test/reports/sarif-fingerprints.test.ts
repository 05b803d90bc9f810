import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { findingId } from "../../lib/findings/fingerprint.ts";
import type { Finding } from "../../lib/model/finding.ts";
import { SEVERITIES } from "../../lib/model/severity.ts";
import { audit, finding } from "../support/reports.ts";
import { render, resultOf } from "./sarif-support.ts";

const identity = fc.record({
  tenant: fc.constantFrom("acme", "globex"),
  check: fc.constantFrom(...CATALOGUE.map(({ id }) => id)),
  resource: fc.record({ type: fc.constantFrom("client" as const, "tenant" as const), id: fc.string() }),
  aspect: fc.option(fc.string()),
});

const circumstances = fc.record({
  severity: fc.constantFrom(...SEVERITIES),
  message: fc.string({ minLength: 1 }),
  observed: fc.option(fc.nat()),
  limit: fc.option(fc.nat()),
  name: fc.option(fc.string({ minLength: 1 })),
});

describe("fingerprints in the SARIF report", () => {
  const fingerprintsOf = (
    who: typeof identity extends fc.Arbitrary<infer Identity> ? Identity : never,
    how: typeof circumstances extends fc.Arbitrary<infer Circumstances> ? Circumstances : never,
    others: Finding[] = [],
  ) => {
    const { name, ...fields } = how;
    const { check, aspect, tenant } = who;
    const own = finding({ id: findingId(who), check, aspect, resource: { ...who.resource, name }, ...fields });
    const { results } = render([audit({ tenant, findings: [...others, own] })]);
    return results.at(-1)?.partialFingerprints;
  };

  it("depend on the finding's identity, and on nothing else", () => {
    fc.assert(
      fc.property(identity, circumstances, circumstances, (who, now, later) => {
        expect(fingerprintsOf(who, now)).toEqual(fingerprintsOf(who, later, [finding()]));
      }),
      { numRuns: 60 },
    );
  });

  it("differ between findings", () => {
    fc.assert(
      fc.property(identity, identity, circumstances, (one, other, how) => {
        fc.pre(findingId(one) !== findingId(other));
        const [a, b] = [fingerprintsOf(one, how), fingerprintsOf(other, how)];
        expect(a?.primaryLocationLineHash).not.toBe(b?.primaryLocationLineHash);
        expect(a?.["curfewFindingId/v1"]).not.toBe(b?.["curfewFindingId/v1"]);
      }),
      { numRuns: 60 },
    );
  });

  it("hold the value that GitHub looks at, in its form", () => {
    expect(resultOf({}).partialFingerprints).toEqual({
      "curfewFindingId/v1": "f_0123456789abcdef01234567",
      primaryLocationLineHash: "0123456789abcdef01234567:1",
    });
  });
});
