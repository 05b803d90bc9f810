import { describe, expect, test } from "vitest";
import { resolvePolicy } from "../../lib/config/policy.ts";
import type { PolicyConfig } from "../../lib/config/schema.ts";
import { days, hours } from "../../lib/model/duration.ts";
import { CHECKS, changed, configOf, FULL } from "./example.ts";

const ACCESS = "expiry.api.access-token-lifetime";
const COOKIE = "expiry.session.persistent-cookie";
const EPHEMERAL = "expiry.session.ephemeral";
const ROTATING = "expiry.refresh.not-rotating";
const COUNT = "grant.management.scope-count";

const limitsOf = (checks: PolicyConfig["checks"], profile: PolicyConfig["profile"] = "baseline") =>
  Object.fromEntries(resolvePolicy({ profile, checks }, CHECKS));

describe("the limits in force", () => {
  test("are the profile's where the policy says nothing, for every check in the catalogue's order", () => {
    for (const profile of ["baseline", "strict", "auth0-default"] as const) {
      const resolved = resolvePolicy({ profile, checks: {} }, CHECKS);

      expect([...resolved]).toEqual(CHECKS.map(({ id, limits }) => [id, limits[profile]]));
    }
  });

  test.each<[string, string, PolicyConfig["checks"][string], unknown]>([
    ["an override of one band keeps the others", ACCESS, { medium: hours(8) }, { medium: hours(8), high: days(6) }],
    ["a band switched off disappears", ACCESS, { high: "off" }, { medium: days(1) }],
    ["all bands off is the check off", ACCESS, { medium: "off", high: "off" }, "off"],
    ["off is the check off", ACCESS, "off", "off"],
    ["a severity replaces the severity", COOKIE, "high", "high"],
    ["a yes-or-no check can be off", COOKIE, "off", "off"],
    [
      "an override of one variant keeps the other",
      ROTATING,
      { public: "critical" },
      { public: "critical", confidential: "low" },
    ],
    ["a yes-or-no variant switched off disappears", ROTATING, { confidential: "off" }, { public: "high" }],
    ["all variants off is the check off", ROTATING, { public: "off", confidential: "off" }, "off"],
    ["a count", COUNT, { medium: 0 }, { medium: 0 }],
    [
      "bands of a variant are merged band by band",
      EPHEMERAL,
      { idle: { medium: hours(12), high: hours(48) } },
      { absolute: { medium: hours(72) }, idle: { medium: hours(12), high: hours(48) } },
    ],
    [
      "a variant of bands switched off has no bands left, which nothing can fail",
      EPHEMERAL,
      { idle: "off" },
      { absolute: { medium: hours(72) }, idle: {} },
    ],
    ["all bands of all variants off is the check off", EPHEMERAL, { idle: "off", absolute: { medium: "off" } }, "off"],
  ])("%s", (_title, id, override, expected) => {
    const limits = limitsOf({ [id]: override });

    expect(limits[id]).toEqual(expected);
  });

  test("take a band that only another profile has", () => {
    expect(limitsOf({ [EPHEMERAL]: { idle: { high: hours(72) } } })[EPHEMERAL]).toEqual({
      absolute: { medium: hours(72) },
      idle: { medium: hours(24), high: hours(72) },
    });
  });

  test("of a check that the profile switches off are what the policy says alone", () => {
    expect(limitsOf({ [COUNT]: { medium: 3 } }, "auth0-default")[COUNT]).toEqual({ medium: 3 });
    expect(limitsOf({ [COOKIE]: "low" }, "auth0-default")[COOKIE]).toBe("low");
  });

  test("leave the declared limits as they were", () => {
    const before = structuredClone(CHECKS.map(({ limits }) => limits));

    limitsOf({ [ACCESS]: { medium: 1 }, [EPHEMERAL]: { idle: "off" } });

    expect(CHECKS.map(({ limits }) => limits)).toEqual(before);
  });

  test("follow from the file", () => {
    const policy = configOf(changed("{ medium: 8h, high: 2d }", "{ high: off }", FULL)).policy;

    expect(resolvePolicy(policy, CHECKS).get(ACCESS)).toEqual({ medium: days(1) });
    expect(resolvePolicy(policy, CHECKS).get(COOKIE)).toBe("off");
  });
});
