import { App, CfnResource, Stack } from "aws-cdk-lib";
import { beforeAll, describe, expect, it } from "vitest";
import { slackSubscription } from "../../lib/config/alert-subscriptions.ts";
import { FEATURE_FLAGS } from "../../lib/infra/feature-flags.ts";
import { temporaryFolder } from "../support/command-line.ts";
import { FULL, LEAST } from "./configurations.ts";
import { SYNTHESIS_TIMEOUT, type Synthesized, synthesized, validation } from "./synthesize.ts";
import { ofType, type Template } from "./template.ts";

let full: Synthesized;
let least: Synthesized;
beforeAll(async () => {
  full = await synthesized(FULL, { validated: true });
  least = await synthesized(LEAST, { validated: true });
}, SYNTHESIS_TIMEOUT);

const propertiesOf = ({ template }: Synthesized, type: string) =>
  ofType(template, type).map(([, { Properties }]) => Properties);

describe("the rules on infrastructure", () => {
  it("are all kept: synthesis throws where cdk-nag or CDK's template validator objects", () => {
    for (const { report } of [full, least]) {
      const broken = JSON.parse(report).pluginReports.filter(
        ({ conclusion, violations, metadata }: Plugin) =>
          conclusion !== "success" || (violations.length > 0 && !isOurWarnings(metadata)),
      );

      expect(broken).toEqual([]);
    }
  });

  it("stop a synthesis where the template validator objects", async () => {
    await using folder = await temporaryFolder();
    using _validation = validation(true);
    const app = new App({ context: FEATURE_FLAGS, outdir: folder.path });
    const properties = { Runtime: "nodejs99.x", Role: "nobody" };
    new CfnResource(new Stack(app, "Wrong"), "Wrong", { type: "AWS::Lambda::Function", properties });

    expect(() => app.synth()).toThrow("'Code' is a required property");
  });

  it("are set aside only with a reason that names the resource", () => {
    const set = suppressed(full);

    expect(set.length).toBeGreaterThan(10);
    for (const { reason, acknowledgedAt, ruleName } of set) {
      const words = acknowledgedAt.split("/").flatMap((part) => part.split(/(?=[A-Z])/));
      const named = words.some((word) => word.length > 3 && reason.toLowerCase().includes(word.toLowerCase()));
      expect(named, `${acknowledgedAt} ${ruleName}: ${reason}`).toBe(true);
    }
    console.info(`acknowledged: ${set.length} findings of cdk-nag, each with a reason`);
  });
});

/** What the stack itself warns of is the subject of other tests. */
const isOurWarnings = (metadata: Plugin["metadata"]): boolean => metadata?.["cdk:annotations"] === "true";

interface Plugin {
  metadata?: Record<string, string>;
  conclusion: string;
  violations: unknown[];
  suppressedViolations?: Suppressed[];
}

interface Suppressed {
  ruleName: string;
  reason: string;
  acknowledgedAt: string;
}

const suppressed = ({ report }: Synthesized): Suppressed[] =>
  JSON.parse(report).pluginReports.flatMap(({ suppressedViolations }: Plugin) => suppressedViolations ?? []);

describe("the template", () => {
  it("is the same for one tenant and for a thousand, but for the name of the configuration", async () => {
    const one = await synthesized(withTenants(1));
    const thousand = await synthesized(withTenants(1000));

    expect(nameless(thousand.template)).toBe(nameless(one.template));
    expect(thousand.template.text).not.toBe(one.template.text);
    console.info(`template: ${one.template.text.length} bytes, ${one.template.resources.size} resources of 500`);
  });

  it("names what people need", () => {
    expect(Object.keys(full.template.outputs).toSorted()).toEqual([
      "AlertsTopicArn",
      "AuditStateMachineArn",
      "EvidenceBucketName",
      "IncidentDeskUrl",
      "IncidentStateMachineArn",
      "TableName",
    ]);
  });

  it("holds no name of a tenant, an owner, or an application's secret", () => {
    for (const word of ["acme-prod", "acme.eu.auth0.com", "identity@acme.example", "apps/checkout"]) {
      expect(full.template.text).not.toContain(word);
    }
  });
});

/** FULL with so many tenants of the same kind. */
const withTenants = (count: number): string => {
  const [head = "", rest = ""] = FULL.split("schedule:");
  const [, tenant = ""] = head.split("tenants:\n");
  const tenants = Array.from({ length: count }, (_, index) =>
    tenant
      .replaceAll("acme-prod", `acme-${index}`)
      .replace("acme.eu", `acme-${index}.eu`)
      .replace("apps/checkout", `apps/checkout-${index}`)
      .replace("identity@", `identity-${index}@`),
  );
  return `version: 1\ntenants:\n${tenants.join("")}schedule:${rest}`;
};

const nameless = ({ text }: Template): string => text.replaceAll(/[0-9a-f]{64}/g, "<asset>");

describe("what is remembered", () => {
  it("can be brought back, and is not removed with the stack", () => {
    const [[, table] = []] = ofType(full.template, "AWS::DynamoDB::GlobalTable");

    expect(JSON.parse(full.template.text).Resources).toMatchObject(
      Object.fromEntries([["Table710B521B", { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" }]]),
    );
    expect(table?.Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
      Replicas: [
        {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
    });
  });

  it.each([
    { title: "400 days", context: {}, days: 400 },
    { title: "as long as somebody says", context: { evidenceRetentionDays: "2555" }, days: 2555 },
  ])("as evidence is locked for $title, and goes afterwards", async ({ context, days }) => {
    const { template } = await synthesized(FULL, { context });
    const bucket = template.resources.get("EvidenceBucket")?.Properties;

    expect(bucket.ObjectLockEnabled).toBe(true);
    expect(bucket.ObjectLockConfiguration.Rule.DefaultRetention).toEqual({ Days: days, Mode: "GOVERNANCE" });
    expect(bucket.VersioningConfiguration).toEqual({ Status: "Enabled" });
    expect(bucket.LifecycleConfiguration.Rules[0]).toMatchObject({ ExpirationInDays: days + 1 });
    expect(Object.values(bucket.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
  });

  it.each(["0", "-1", "1.5", "abc", "36501"])("as evidence is not locked for %s days", async (days) => {
    await expect(synthesized(FULL, { context: { evidenceRetentionDays: days } })).rejects.toMatchObject({
      code: "arguments-invalid",
    });
  });
});

describe("who is told", () => {
  const mail = (synthesis: Synthesized) =>
    propertiesOf(synthesis, "AWS::SNS::Subscription")
      .filter(({ Protocol }) => Protocol === "email")
      .map(({ TopicArn, Endpoint, FilterPolicy }) => [
        TopicArn,
        Endpoint,
        FilterPolicy?.kind ?? FilterPolicy ?? "everything",
      ])
      .toSorted();
  const withAlerts = (alerts: string) => synthesized(FULL.replace(/alerts:[\s\S]+/, `alerts: ${alerts}\n`));
  const ALERTS = ["finding", "summary", "reminder", "not-audited", "rotation", "incident"];
  const AT_ONCE = [...ALERTS, "test"];
  const ALL = [...ALERTS, "digest", "test"];
  const DAILY = ["digest", "test"];
  const DAILY_ALONE = ["digest", "incident", "test"];

  it("those of email at once, those of the digest of it alone; that something is broken, those of email", () => {
    expect(mail(full)).toEqual([
      ["<TopicsAlarms>", "oncall@acme.example", "everything"],
      ["<TopicsAlerts>", "oncall@acme.example", AT_ONCE],
      ["<TopicsAlerts>", "security@acme.example", DAILY],
      ["<TopicsWatchdog>", "oncall@acme.example", "everything"],
    ]);
  });

  it("those of email of everything where nobody is named for the digest", async () => {
    expect(mail(await withAlerts("{ email: [a@acme.example] }"))).toContainEqual([
      "<TopicsAlerts>",
      "a@acme.example",
      ALL,
    ]);
  });

  it("who is in both lists once, of everything", async () => {
    const both = mail(
      await withAlerts("{ email: [a@acme.example, b@acme.example], digest: { email: [a@acme.example] } }"),
    );

    expect(both.filter(([topic]) => topic === "<TopicsAlerts>")).toEqual([
      ["<TopicsAlerts>", "a@acme.example", ALL],
      ["<TopicsAlerts>", "b@acme.example", AT_ONCE],
    ]);
  });

  it("an owner who is in a list by that list's subscription, and of the tenant besides", async () => {
    const people = mail(await withAlerts("{ digest: { email: [identity@acme.example] } }"));

    expect(people).toContainEqual([
      "<TopicsAlerts>",
      "identity@acme.example",
      { $or: [{ kind: DAILY_ALONE }, { owner: ["identity@acme.example"] }] },
    ]);
  });

  it("that something is broken, those of the digest where there is nobody else", async () => {
    expect(mail(await withAlerts("{ digest: { email: [a@acme.example] } }"))).toEqual([
      ["<TopicsAlarms>", "a@acme.example", "everything"],
      ["<TopicsAlerts>", "a@acme.example", DAILY_ALONE],
      ["<TopicsWatchdog>", "a@acme.example", "everything"],
    ]);
  });

  it.each([
    { minimum: "info", severities: ["info", "low", "medium", "high", "critical"] },
    { minimum: "high", severities: ["high", "critical"] },
    { minimum: "critical", severities: ["critical"] },
  ])("Slack from $minimum on", async ({ minimum, severities }) => {
    const slack = await synthesized(FULL.replace("minimum: high", `minimum: ${minimum}`));
    const [queue] = propertiesOf(slack, "AWS::SNS::Subscription").filter(({ Protocol }) => Protocol === "sqs");

    expect(queue.FilterPolicy).toEqual({ kind: ALL, severity: severities });
    expect(queue.RedrivePolicy.deadLetterTargetArn).toBe("<SlackDeadLetters>");
  });

  it("Slack from the queue by whose name its subscription is told from others", () => {
    const arn = "arn:aws:sqs:eu-central-1:111122223333:";
    const [{ QueueName }] = propertiesOf(full, "AWS::SQS::Queue").filter((queue) => queue.QueueName !== undefined);
    const subscribed = (queue: string) => ({ protocol: "sqs", endpoint: `${arn}${queue}`, isConfirmed: true });
    const own = subscribed(QueueName);

    expect(slackSubscription("arn:aws:sns:eu-central-1:111122223333:curfew-alerts", [subscribed("pager"), own])).toBe(
      own,
    );
  });

  it("Slack by a function that names the messages it could not post, so that these alone come back", () => {
    expect(propertiesOf(full, "AWS::Lambda::EventSourceMapping")).toMatchObject([
      { EventSourceArn: "<SlackQueue>", FunctionResponseTypes: ["ReportBatchItemFailures"] },
    ]);
  });

  it.each(["{}", "{ slack: { webhook: secretsmanager:curfew/slack-webhook } }"])(
    "nobody of alarms, and a warning names what is empty, with alerts: %s",
    async (alerts) => {
      const { report } = await withAlerts(alerts);

      expect(report).toContain("alerts.email and alerts.digest.email in the configuration are empty");
    },
  );

  it.each(["{ email: [a@acme.example] }", "{ digest: { email: [a@acme.example] } }"])(
    "somebody of alarms, without a warning, with alerts: %s",
    async (alerts) => {
      const { report } = await withAlerts(alerts);

      expect(report).not.toContain("alarms ring unheard");
    },
  );

  it("by topics under a key of our own, over TLS only", () => {
    const topics = propertiesOf(full, "AWS::SNS::Topic");

    expect(topics.map(({ TopicName, KmsMasterKeyId }) => [TopicName, KmsMasterKeyId]).toSorted()).toEqual([
      ["curfew-alarms", "<TopicsKey>"],
      ["curfew-alerts", "<TopicsKey>"],
      ["curfew-watchdog", "<TopicsKey>"],
    ]);
  });
});

describe("optional parts", () => {
  it("are there when configured", () => {
    const [schedule] = propertiesOf(full, "AWS::Scheduler::Schedule");

    expect(schedule).toMatchObject({
      ScheduleExpression: "cron(0 6 * * ? *)",
      ScheduleExpressionTimezone: "Europe/Berlin",
      FlexibleTimeWindow: { Mode: "FLEXIBLE" },
      Target: { Input: "{}", DeadLetterConfig: { Arn: "<ScheduleDeadLetters>" } },
    });
    expect(names(full, "AWS::Lambda::Function")).toEqual([
      "AuditTenantFunction",
      "FinishAuditFunction",
      "IncidentDeskFunction",
      "InvestigateFunction",
      "PlanAuditFunction",
      "ProbeSecretsFunction",
      "RespondFunction",
      "RotateDueFunction",
      "RotateLeakedFunction",
      "RotateSecretFunction",
      "SlackPostToSlackFunction",
    ]);
  });

  it("are not there otherwise", () => {
    expect(names(least, "AWS::Lambda::Function")).toEqual([
      "AuditTenantFunction",
      "FinishAuditFunction",
      "PlanAuditFunction",
    ]);
    for (const type of ["AWS::Scheduler::Schedule", "AWS::SQS::Queue"]) expect(names(least, type)).toEqual([]);
  });

  it("rotate where a tenant has credentials and somebody to change them, and not where either is missing", async () => {
    const rotator = /^ *rotator: .*\n/m;
    const without = [FULL.replace(rotator, ""), FULL.replace(/^ *credentials:\n.*\n/m, "")];
    for (const config of without) {
      const functions = names(await synthesized(config), "AWS::Lambda::Function");
      expect(functions.filter((name) => /^Rotate(Due|Secret)/.test(name))).toEqual([]);
    }
    const [permission] = propertiesOf(full, "AWS::Lambda::Permission");
    expect(permission).toEqual({
      Action: "lambda:InvokeFunction",
      FunctionName: "<RotateSecretFunction>",
      Principal: "secretsmanager.amazonaws.com",
      SourceAccount: "111122223333",
    });
    const named = propertiesOf(full, "AWS::Lambda::Function").map(({ FunctionName }) => FunctionName);
    expect(named.filter(Boolean)).toEqual([
      "curfew-rotate-secret",
      "curfew-respond",
      "curfew-investigate",
      "curfew-rotate-leaked",
      "curfew-incident-desk",
    ]);
  });

  it("revoke where a tenant has a responder, and take orders that IAM has signed and nobody else's", async () => {
    const without = await synthesized(FULL.replace(/^ *responder: .*\n/m, ""));

    expect(
      names(without, "AWS::Lambda::Function").filter((name) =>
        /^(Respond|Investigate|RotateLeaked|Incident)/.test(name),
      ),
    ).toEqual([]);
    expect(propertiesOf(without, "AWS::Lambda::Url")).toEqual([]);
    expect(propertiesOf(full, "AWS::Lambda::Url")).toMatchObject([
      { AuthType: "AWS_IAM", TargetFunctionArn: "<IncidentDeskFunction>" },
    ]);
  });

  it("are missed with a warning where without them no audit is ever started", () => {
    expect(least.report).toContain("Nothing starts an audit by itself");
    expect(full.report).not.toContain("Nothing starts an audit by itself");
  });
});

const names = ({ template }: Synthesized, type: string) =>
  ofType(template, type)
    .map(([name]) => name)
    .toSorted();

describe("every function", () => {
  it("has a role and a log group of its own, traces, and an environment without a secret", () => {
    const functions = propertiesOf(full, "AWS::Lambda::Function");

    expect(new Set(functions.map(({ Role }) => Role)).size).toBe(functions.length);
    expect(new Set(functions.map(({ LoggingConfig }) => LoggingConfig.LogGroup)).size).toBe(functions.length);
    for (const lambda of functions) {
      expect(lambda).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        TracingConfig: { Mode: "Active" },
        Environment: {
          Variables: { POWERTOOLS_SERVICE_NAME: "curfew", POWERTOOLS_METRICS_NAMESPACE: "Curfew" },
        },
      });
    }
    for (const group of propertiesOf(full, "AWS::Logs::LogGroup")) expect(group.RetentionInDays).toBe(90);
  });

  it("is told only what it needs", () => {
    const told = ofType(full.template, "AWS::Lambda::Function").map(([name, { Properties }]) => [
      name.replace("Function", ""),
      Object.keys(Properties.Environment.Variables)
        .filter((key) => key.startsWith("CURFEW_") && !key.startsWith("CURFEW_CONFIG_"))
        .toSorted(),
    ]);

    expect(Object.fromEntries(told)).toEqual({
      PlanAudit: ["CURFEW_ALERTS_TOPIC", "CURFEW_TABLE"],
      ProbeSecrets: ["CURFEW_TABLE"],
      AuditTenant: ["CURFEW_EVIDENCE_BUCKET", "CURFEW_TABLE"],
      FinishAudit: ["CURFEW_ALERTS_TOPIC", "CURFEW_AUDIT_MACHINE", "CURFEW_TABLE", "CURFEW_TOPICS"],
      RotateDue: ["CURFEW_EVIDENCE_BUCKET", "CURFEW_TABLE"],
      RotateSecret: ["CURFEW_ALERTS_TOPIC", "CURFEW_EVIDENCE_BUCKET", "CURFEW_TABLE"],
      Respond: ["CURFEW_ALERTS_TOPIC", "CURFEW_EVIDENCE_BUCKET", "CURFEW_TABLE"],
      Investigate: ["CURFEW_ALERTS_TOPIC", "CURFEW_EVIDENCE_BUCKET", "CURFEW_TABLE"],
      RotateLeaked: ["CURFEW_ALERTS_TOPIC", "CURFEW_EVIDENCE_BUCKET", "CURFEW_TABLE"],
      IncidentDesk: ["CURFEW_INCIDENT_MACHINE", "CURFEW_TABLE"],
      SlackPostToSlack: ["CURFEW_SLACK_WEBHOOK_SECRET"],
    });
  });
});
