import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { FULL } from "./configurations.ts";
import { SYNTHESIS_TIMEOUT, synthesized } from "./synthesize.ts";
import { ofType, type Template } from "./template.ts";

const RUNBOOK = readFileSync(join(import.meta.dirname, "..", "..", "docs", "runbook.md"), "utf8");

let template: Template;
beforeAll(async () => {
  ({ template } = await synthesized(FULL));
}, SYNTHESIS_TIMEOUT);

const alarms = () => ofType(template, "AWS::CloudWatch::Alarm").map(([name, { Properties }]) => ({ name, Properties }));

/** The section that an alarm's description names. */
const sectionOf = (description: string): string => /docs\/runbook\.md#([a-z-]+)$/.exec(description)?.[1] ?? "none";

/** The runbook's sections about alarms, by their anchor, with the headings in them. */
const sections = (): Map<string, string[]> => {
  const [, about = ""] = RUNBOOK.split(/^## Alarms$/m);
  const parts = about.split(/^## /m)[0]?.split(/^### /m).slice(1) ?? [];
  return new Map(
    parts.map((part) => {
      const [title = ""] = part.split("\n");
      const anchor = title
        .toLowerCase()
        .replaceAll(/[^a-z ]/g, "")
        .replaceAll(" ", "-");
      return [anchor, [...part.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, heading = ""]) => heading)];
    }),
  );
};

describe("the runbook", () => {
  it("has a section for each alarm, and an alarm for each section", () => {
    const named = alarms().map(({ Properties }) => sectionOf(Properties.AlarmDescription));

    expect([...new Set(named)].toSorted()).toEqual([...sections().keys()].toSorted());
    console.info(`alarms: ${named.length} in ${sections().size} sections`);
  });

  it("says in each what it means, how to look into it, and what to do", () => {
    expect(sections().size).toBeGreaterThan(0);
    for (const [anchor, headings] of sections()) {
      expect(headings, anchor).toEqual(["Description", "Investigation", "Resolution"]);
    }
  });
});

describe("the runbook's commands", () => {
  it("name resources that are in the stack, each exactly once", () => {
    const named = [...RUNBOOK.matchAll(/resource ([A-Za-z]+) (AWS::[A-Za-z:]+)/g)];

    expect(named.length).toBeGreaterThan(0);
    for (const [, name = "", type = ""] of named) {
      const found = ofType(template, type).filter(([id]) => id.startsWith(name));
      expect(found, `${name} ${type}`).toHaveLength(1);
    }
  });

  it("name outputs that the stack has", () => {
    const named = [...RUNBOOK.matchAll(/\$\(out ([A-Za-z]+)\)/g)].map(([, name]) => name);

    expect(named.toSorted()).toEqual(Object.keys(template.outputs).toSorted());
  });
});

describe("an alarm", () => {
  it("is heard: each has an action on a topic to which CloudWatch may publish", () => {
    for (const { name, Properties } of alarms()) {
      const expected = name.includes("NoCompleteAudit") ? "<TopicsWatchdog>" : "<TopicsAlarms>";
      expect(Properties.AlarmActions, name).toEqual([expected]);
    }
  });

  it("that audits have stopped rings on silence, after two intervals, within what CloudWatch can look back", () => {
    const [missed] = alarms().filter(({ name }) => name.includes("NoCompleteAudit"));

    // A day of 25 hours, twice, the longest run, and an hour for the window.
    expect(missed?.Properties).toMatchObject({
      Namespace: "Curfew",
      MetricName: "CompleteAudits",
      Dimensions: [{ Name: "service", Value: "curfew" }],
      Statistic: "Sum",
      Period: 3600,
      EvaluationPeriods: 62,
      Threshold: 1,
      ComparisonOperator: "LessThanThreshold",
      TreatMissingData: "breaching",
    });
  });

  it("looks back at most 7 days with the longest schedule that is allowed", async () => {
    const weekdays = await synthesized(FULL.replace("cron(0 6 * * ? *)", "cron(0 6 ? * MON-FRI *)"));
    const [, missed] = ofType(weekdays.template, "AWS::CloudWatch::Alarm").find(([name]) =>
      name.includes("NoCompleteAudit"),
    ) ?? ["", undefined];

    expect(missed?.Properties.EvaluationPeriods).toBe(158);
    expect(missed?.Properties.EvaluationPeriods * missed?.Properties.Period).toBeLessThanOrEqual(604_800);
  });

  it.each([
    { schedule: "rate(1 hour)", hours: 4 },
    { schedule: "rate(6 hours)", hours: 19 },
    { schedule: "rate(2 days)", hours: 108 },
  ])(
    "gives the audit that makes up for a failed one as long as it may take ($schedule)",
    async ({ schedule, hours }) => {
      const { template: other } = await synthesized(FULL.replace("cron(0 6 * * ? *)", schedule));
      const [, missed] =
        ofType(other, "AWS::CloudWatch::Alarm").find(([name]) => name.includes("NoCompleteAudit")) ?? [];

      expect(missed?.Properties.EvaluationPeriods).toBe(hours);
    },
  );

  it.each(["Audit", "Incident"])("rings however an execution of the state machine %s ends, but well", (machine) => {
    const ends = alarms().filter(
      ({ name, Properties }) => Properties.Namespace === "AWS/States" && name.startsWith(machine),
    );

    expect(ends.map(({ Properties }) => Properties.MetricName).toSorted()).toEqual([
      "ExecutionsAborted",
      "ExecutionsFailed",
      "ExecutionsTimedOut",
    ]);
  });

  it("that alerts are not delivered does not ring, and is over, when they are delivered within the same minutes", () => {
    const [alarm] = alarms().filter(({ Properties }) => Properties.MetricName === "AlertsNotDelivered");

    // Three alerts fail, and none when it is tried again: with a sum it would ring until the next run.
    expect(alarm?.Properties).toMatchObject({ Statistic: "Minimum", Threshold: 1, TreatMissingData: "ignore" });
    expect(alarm?.Properties.Period).toBeGreaterThan(10 + 30); // what retries wait
  });

  it("on a queue looks at the worst moment of each period: one message and one that is old are enough", () => {
    const queues = alarms().filter(({ Properties }) => Properties.Namespace === "AWS/SQS");

    expect(queues.map(({ Properties: { MetricName, Statistic } }) => [MetricName, Statistic]).toSorted()).toEqual([
      ["ApproximateAgeOfOldestMessage", "Maximum"],
      ["ApproximateNumberOfMessagesVisible", "Maximum"],
      ["ApproximateNumberOfMessagesVisible", "Maximum"],
    ]);
  });

  it("about rotation counts failed steps, and not the tests of configurations, which always fail", () => {
    const [alarm] = alarms().filter(({ name }) => name.startsWith("RotateSecret"));

    expect(alarm?.Properties).toMatchObject({ Threshold: 1, TreatMissingData: "notBreaching" });
    const [sum, ...counted] = alarm?.Properties.Metrics ?? [];
    expect(sum).toMatchObject({ Expression: "errors - FILL(tests, 0)", ReturnData: true });
    expect(counted).toMatchObject([
      {
        Id: "errors",
        MetricStat: {
          Metric: { MetricName: "Errors", Dimensions: [{ Name: "FunctionName", Value: "<RotateSecretFunction>" }] },
          Stat: "Sum",
        },
      },
      {
        Id: "tests",
        MetricStat: {
          Metric: {
            Namespace: "Curfew",
            MetricName: "RotationTests",
            Dimensions: [{ Name: "service", Value: "curfew" }],
          },
          Stat: "Sum",
        },
      },
    ]);
  });

  it("on Curfew's own numbers looks at a number that is counted", () => {
    const counted = alarms()
      .filter(({ Properties }) => Properties.Namespace === "Curfew")
      .map(({ Properties }) => [Properties.MetricName, JSON.stringify(Properties.Dimensions)]);

    const service = JSON.stringify([{ Name: "service", Value: "curfew" }]);
    expect(counted.toSorted()).toEqual([
      ["AlertsNotDelivered", service],
      ["CompleteAudits", service],
      ["SecretsNotProbed", service],
      ["TenantsNotAudited", service],
      ["UnconfirmedSubscriptions", service],
    ]);
  });
});
