import { describe, expect, test } from "vitest";
import { findGap, parseAwsCron } from "../../lib/config/cron.ts";

const FROM = new Date("2026-11-23T10:00:00Z");
const DAY = 86_400_000;
const UNTIL = new Date(FROM.getTime() + 60 * DAY);

function cronOf(expression: string, timezone = "UTC") {
  const parsed = parseAwsCron(expression, timezone);
  if ("mistake" in parsed) throw new Error(parsed.mistake);
  return parsed.cron;
}

const runs = (expression: string, timezone?: string): string[] =>
  cronOf(expression, timezone)
    .nextRuns(3, FROM)
    .map((run) => run.toISOString().slice(0, 16));

describe("AWS's form of cron", () => {
  test.each([
    [
      "days of the week count from 1 = Sunday",
      "0 6 ? * 1 *",
      ["2026-11-29T06:00", "2026-12-06T06:00", "2026-12-13T06:00"],
    ],
    ["7 is Saturday", "0 6 ? * 7 *", ["2026-11-28T06:00", "2026-12-05T06:00", "2026-12-12T06:00"]],
    ["L is the last day of the week", "0 6 ? * L *", ["2026-11-28T06:00", "2026-12-05T06:00", "2026-12-12T06:00"]],
    [
      "6L is the last Friday of the month",
      "0 6 ? * 6L *",
      ["2026-11-27T06:00", "2026-12-25T06:00", "2027-01-29T06:00"],
    ],
    ["6#2 is the second Friday", "0 6 ? * 6#2 *", ["2026-12-11T06:00", "2027-01-08T06:00", "2027-02-12T06:00"]],
    ["L is the last day of the month", "0 6 L * ? *", ["2026-11-30T06:00", "2026-12-31T06:00", "2027-01-31T06:00"]],
    [
      "15W is the weekday nearest to the 15th",
      "0 6 15W * ? *",
      ["2026-12-15T06:00", "2027-01-15T06:00", "2027-02-15T06:00"],
    ],
    ["a year can be named", "0 6 1 1 ? 2028-2029", ["2028-01-01T06:00", "2029-01-01T06:00"]],
    ["steps begin at a number", "0 6/8 * * ? *", ["2026-11-23T14:00", "2026-11-23T22:00", "2026-11-24T06:00"]],
  ])("%s", (_title, expression, expected) => {
    expect(runs(expression)).toEqual(expected);
  });

  test("counts in the time zone", () => {
    expect(runs("0 6 * * ? *", "Asia/Tokyo")[0]).toBe("2026-11-23T21:00");
  });
});

describe("gaps", () => {
  test("are found between the runs around them, however many runs there are", () => {
    const gap = findGap(cronOf("* * ? * MON-TUE *"), FROM, UNTIL, 3 * DAY);

    expect(gap?.after.toISOString()).toBe("2026-11-24T23:59:00.000Z");
    expect(gap?.next?.toISOString()).toBe("2026-11-30T00:00:00.000Z");
  });

  test("agree with walking through every run", () => {
    for (const expression of [
      "0 6 */3 * ? *",
      "0 6 1/5 * ? *",
      "0 */7 ? * MON,WED,SAT *",
      "30 2 2-28/2 * ? *",
      "0 0 ? * 2-4 *",
    ]) {
      const cron = cronOf(expression);
      const all = [...cron.previousRuns(1, FROM), ...cron.nextRuns(400, FROM)].filter((run) => run < UNTIL);
      const walked = all.find((run, index) => (all[index + 1] ?? run).getTime() - run.getTime() > 2 * DAY);

      const gap = findGap(cron, FROM, new Date(UNTIL.getTime() - 10 * DAY), 2 * DAY);

      expect(gap?.after, expression).toEqual(walked);
    }
  });

  test("none is longer than what is allowed when runs are exactly that far apart", () => {
    expect(findGap(cronOf("0 6 * * ? *"), FROM, UNTIL, DAY)).toBeUndefined();
    expect(findGap(cronOf("0 6 * * ? *"), FROM, UNTIL, DAY - 1)).toBeDefined();
  });
});
