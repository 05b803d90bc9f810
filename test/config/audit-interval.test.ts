import { describe, expect, it } from "vitest";
import { longestIntervalHours } from "../../lib/config/audit-interval.ts";
import { TODAY } from "./example.ts";

describe("the longest interval between audits", () => {
  it.each([
    { audit: "rate(1 day)", timezone: "UTC", hours: 24 },
    { audit: "rate(90 minutes)", timezone: "UTC", hours: 2 },
    { audit: "rate(3 days)", timezone: "UTC", hours: 72 },
    { audit: "cron(0 6 * * ? *)", timezone: "UTC", hours: 24 },
    { audit: "cron(* * * * ? *)", timezone: "UTC", hours: 1 },
    { audit: "cron(0 6 ? * MON-FRI *)", timezone: "UTC", hours: 72 },
    { audit: "cron(0 6,18 * * ? *)", timezone: "UTC", hours: 12 },
  ])("of $audit is $hours h", ({ audit, timezone, hours }) => {
    expect(longestIntervalHours({ audit, timezone }, TODAY)).toBe(hours);
  });

  it("counts the hour that a day gains when the clocks change", () => {
    expect(longestIntervalHours({ audit: "cron(0 6 * * ? *)", timezone: "Europe/Berlin" }, TODAY)).toBe(25);
    expect(longestIntervalHours({ audit: "cron(0 6 ? * MON-FRI *)", timezone: "Europe/Berlin" }, TODAY)).toBe(73);
  });
});
