import { beforeAll, describe, expect, it } from "vitest";
import { CONTAINING_DOCUMENTS } from "../../lib/revocation/contain/documents.ts";
import { memoryTable } from "../support/memory-table.ts";
import { FULL, LEAST } from "./configurations.ts";
import { everyDeskOrder } from "./desk-orders.ts";
import { roleTable } from "./role-table.ts";
import { matchesPattern, oneLine, type Statement, statements } from "./statements.ts";
import { SYNTHESIS_TIMEOUT, synthesized } from "./synthesize.ts";

const ACCOUNT = "eu-central-1:111122223333";
const SECRETS = `arn:aws:secretsmanager:${ACCOUNT}:secret:`;
const MANAGED = 'if {"StringEquals":{"secretsmanager:ResourceTag/curfew:managed":"true"}}';
const CONFIG = "s3:GetObject on arn:aws:s3:::cdk-hnb659fds-assets-111122223333-eu-central-1/<config>.json";
const TRACES = "xray:PutTelemetryRecords, xray:PutTraceSegments on *";
const TLS = 'if {"Bool":{"aws:SecureTransport":"false"}}';
const OUR_ALARMS = `"StringEquals":{"aws:SourceAccount":"111122223333"},"ArnLike":{"aws:SourceArn":"arn:aws:cloudwatch:${ACCOUNT}:alarm:*"}`;
const OUR_TOPIC = 'if {"ArnEquals":{"aws:SourceArn":"<TopicsAlerts>"}}';

const logs = (group: string) => `logs:CreateLogStream, logs:PutLogEvents on <${group}>`;
const rows = (...partitions: string[]) =>
  `on <Table> if ${JSON.stringify({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitions } })}`;
const LAMBDA = ["lambda.amazonaws.com sts:AssumeRole"];

/** Every statement that there is when everything is configured. What is not here is not allowed. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  PlanAuditRole: [
    logs("PlanAuditLogs"),
    TRACES,
    CONFIG,
    `dynamodb:UpdateItem ${rows("PENDING")}`,
    "sns:ListSubscriptionsByTopic on <TopicsAlerts>",
    'sns:Subscribe on <TopicsAlerts> if {"StringEquals":{"sns:Protocol":"email"}}',
  ],
  ProbeSecretsRole: [
    logs("ProbeSecretsLogs"),
    TRACES,
    CONFIG,
    `dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("TENANT#*")}`,
    `secretsmanager:GetSecretValue on ${SECRETS}* ${MANAGED}`,
  ],
  AuditTenantRole: [
    logs("AuditTenantLogs"),
    TRACES,
    CONFIG,
    `dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("TENANT#*")}`,
    "s3:GetObject, s3:GetObjectVersion, s3:PutObject on <EvidenceBucket>/runs/*",
    "s3:ListBucket on <EvidenceBucket>",
    `secretsmanager:GetSecretValue on ${SECRETS}curfew/*/auditor-??????`,
    `secretsmanager:ListSecretVersionIds on ${SECRETS}* ${MANAGED}`,
  ],
  FinishAuditRole: [
    logs("FinishAuditLogs"),
    TRACES,
    CONFIG,
    `dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("TENANT#*")}`,
    `dynamodb:GetItem, dynamodb:UpdateItem ${rows("NOTICE#*")}`,
    `dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("PENDING")}`,
    "sns:Publish on <TopicsAlerts>",
    "kms:Decrypt, kms:GenerateDataKey on <TopicsKey>",
    "sns:ListSubscriptionsByTopic on <TopicsAlarms>, <TopicsAlerts>, <TopicsWatchdog>",
    `states:DescribeExecution on arn:aws:states:${ACCOUNT}:execution:curfew-audit:*`,
  ],
  RotateDueRole: [
    logs("RotateDueLogs"),
    TRACES,
    CONFIG,
    `dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("TENANT#*")}`,
    `dynamodb:GetItem, dynamodb:UpdateItem ${rows("SECRET#*")}`,
    "s3:PutObject on <EvidenceBucket>/rotations/*",
    `secretsmanager:DescribeSecret, secretsmanager:GetSecretValue, secretsmanager:PutSecretValue, secretsmanager:RotateSecret, secretsmanager:UpdateSecretVersionStage on ${SECRETS}* ${MANAGED}`,
    `secretsmanager:GetSecretValue on ${SECRETS}curfew/*/rotator-??????`,
    `lambda:InvokeFunction on arn:aws:lambda:${ACCOUNT}:function:curfew-rotate-secret`,
  ],
  RotateSecretRole: [
    logs("RotateSecretLogs"),
    TRACES,
    CONFIG,
    `dynamodb:GetItem, dynamodb:UpdateItem ${rows("TENANT#*", "NOTICE#*")}`,
    `dynamodb:GetItem ${rows("SECRET#*")}`,
    "s3:PutObject on <EvidenceBucket>/rotations/*",
    "sns:Publish on <TopicsAlerts>",
    "kms:Decrypt, kms:GenerateDataKey on <TopicsKey>",
    `secretsmanager:DescribeSecret, secretsmanager:GetSecretValue, secretsmanager:PutSecretValue, secretsmanager:UpdateSecretVersionStage on ${SECRETS}* ${MANAGED}`,
    `secretsmanager:GetSecretValue on ${SECRETS}curfew/*/rotator-??????`,
  ],
  RespondRole: [
    logs("RespondLogs"),
    TRACES,
    CONFIG,
    `dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("INCIDENT#*")}`,
    `dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("INCIDENTS")}`,
    `dynamodb:GetItem, dynamodb:Query ${rows("TENANT#*")}`,
    `dynamodb:GetItem, dynamodb:UpdateItem ${rows("NOTICE#*")}`,
    `s3:GetObject, s3:PutObject on ${CONTAINING_DOCUMENTS.map((name) => `<EvidenceBucket>/incidents/*/${name}`).join(", ")}`,
    "s3:GetObject, s3:GetObjectVersion on <EvidenceBucket>/runs/*",
    "s3:ListBucket on <EvidenceBucket>",
    `secretsmanager:GetSecretValue on ${SECRETS}curfew/*/responder-??????, ${SECRETS}curfew/*/responder-spare-??????`,
    "sns:Publish on <TopicsAlerts>",
    "kms:Decrypt, kms:GenerateDataKey on <TopicsKey>",
  ],
  InvestigateRole: [
    logs("InvestigateLogs"),
    TRACES,
    CONFIG,
    `dynamodb:DeleteItem, dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("INCIDENT#*")}`,
    `dynamodb:Query ${rows("INCIDENTS")}`,
    `dynamodb:GetItem, dynamodb:Query ${rows("TENANT#*")}`,
    `dynamodb:GetItem, dynamodb:UpdateItem ${rows("NOTICE#*")}`,
    "s3:GetObject, s3:PutObject on <EvidenceBucket>/incidents/*/incident.html, <EvidenceBucket>/incidents/*/incident.json",
    "s3:GetObject, s3:GetObjectVersion on <EvidenceBucket>/runs/*",
    "s3:ListBucket on <EvidenceBucket>",
    `secretsmanager:GetSecretValue on ${SECRETS}curfew/*/auditor-??????`,
    "sns:Publish on <TopicsAlerts>",
    "kms:Decrypt, kms:GenerateDataKey on <TopicsKey>",
  ],
  RotateLeakedRole: [
    logs("RotateLeakedLogs"),
    TRACES,
    CONFIG,
    `dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("INCIDENT#*")}`,
    `dynamodb:Query ${rows("INCIDENTS")}`,
    `dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("TENANT#*")}`,
    `dynamodb:GetItem, dynamodb:UpdateItem ${rows("SECRET#*")}`,
    `dynamodb:GetItem, dynamodb:UpdateItem ${rows("NOTICE#*")}`,
    "sns:Publish on <TopicsAlerts>",
    "kms:Decrypt, kms:GenerateDataKey on <TopicsKey>",
    "s3:PutObject on <EvidenceBucket>/rotations/*",
    `secretsmanager:GetSecretValue, secretsmanager:PutSecretValue, secretsmanager:UpdateSecretVersionStage on ${SECRETS}* ${MANAGED}`,
    `secretsmanager:GetSecretValue, secretsmanager:PutSecretValue, secretsmanager:UpdateSecretVersionStage on ${["auditor", "responder", "responder-spare", "rotator"].map((login) => `${SECRETS}curfew/*/${login}-??????`).join(", ")}`,
    `secretsmanager:DescribeSecret on ${SECRETS}*`,
    `secretsmanager:CreateSecret, secretsmanager:TagResource on ${SECRETS}curfew/incidents/* if {"StringEquals":{"aws:RequestTag/curfew:managed":"true"}}`,
  ],
  IncidentDeskRole: [
    logs("IncidentDeskLogs"),
    TRACES,
    CONFIG,
    `dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem ${rows("INCIDENT#*", "INCIDENTS")}`,
    `states:DescribeExecution on arn:aws:states:${ACCOUNT}:execution:curfew-incident:*`,
    `states:SendTaskFailure, states:SendTaskSuccess, states:StartExecution on arn:aws:states:${ACCOUNT}:stateMachine:curfew-incident`,
  ],
  IncidentMachineRole: [
    "lambda:InvokeFunction on <InvestigateFunction>, <InvestigateFunction>:*, <RespondFunction>, <RespondFunction>:*, <RotateLeakedFunction>, <RotateLeakedFunction>:*",
    "logs:CreateLogDelivery, logs:DeleteLogDelivery, logs:DescribeLogGroups, logs:DescribeResourcePolicies, logs:GetLogDelivery, logs:ListLogDeliveries, logs:PutResourcePolicy, logs:UpdateLogDelivery, xray:GetSamplingRules, xray:GetSamplingTargets, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
    "sns:Publish on <TopicsAlerts>",
    "kms:Decrypt, kms:GenerateDataKey on <TopicsKey>",
  ],
  SlackPostToSlackRole: [
    logs("SlackPostToSlackLogs"),
    TRACES,
    `secretsmanager:GetSecretValue on ${SECRETS}curfew/slack-webhook-??????`,
    "sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:GetQueueUrl, sqs:ReceiveMessage on <SlackQueue>",
  ],
  AuditMachineRole: [
    "lambda:InvokeFunction on <AuditTenantFunction>, <AuditTenantFunction>:*, <FinishAuditFunction>, <FinishAuditFunction>:*, <PlanAuditFunction>, <PlanAuditFunction>:*, <ProbeSecretsFunction>, <ProbeSecretsFunction>:*, <RotateDueFunction>, <RotateDueFunction>:*",
    "logs:CreateLogDelivery, logs:DeleteLogDelivery, logs:DescribeLogGroups, logs:DescribeResourcePolicies, logs:GetLogDelivery, logs:ListLogDeliveries, logs:PutResourcePolicy, logs:UpdateLogDelivery, xray:GetSamplingRules, xray:GetSamplingTargets, xray:PutTelemetryRecords, xray:PutTraceSegments on *",
    "states:StartExecution on <AuditMachine>",
    `states:DescribeExecution, states:StopExecution on arn:aws:states:${ACCOUNT}:execution:<AuditMachine>:*`,
    `states:RedriveExecution on arn:aws:states:${ACCOUNT}:execution:<AuditMachine>/*:*`,
  ],
  SchedulerRoleForTarget: ["sqs:SendMessage on <ScheduleDeadLetters>", "states:StartExecution on <AuditMachine>"],

  "PlanAuditRole trusts": LAMBDA,
  "ProbeSecretsRole trusts": LAMBDA,
  "AuditTenantRole trusts": LAMBDA,
  "FinishAuditRole trusts": LAMBDA,
  "RotateDueRole trusts": LAMBDA,
  "RotateSecretRole trusts": LAMBDA,
  "SlackPostToSlackRole trusts": LAMBDA,
  "RespondRole trusts": LAMBDA,
  "InvestigateRole trusts": LAMBDA,
  "RotateLeakedRole trusts": LAMBDA,
  "IncidentDeskRole trusts": LAMBDA,
  "IncidentMachineRole trusts": [
    `states.amazonaws.com sts:AssumeRole if {"ArnLike":{"aws:SourceArn":"arn:aws:states:${ACCOUNT}:stateMachine:*"},"StringEquals":{"aws:SourceAccount":"111122223333"}}`,
  ],
  "AuditMachineRole trusts": [
    `states.amazonaws.com sts:AssumeRole if {"ArnLike":{"aws:SourceArn":"arn:aws:states:${ACCOUNT}:stateMachine:*"},"StringEquals":{"aws:SourceAccount":"111122223333"}}`,
  ],
  "SchedulerRoleForTarget trusts": [
    `scheduler.amazonaws.com sts:AssumeRole if {"StringEquals":{"aws:SourceAccount":"111122223333","aws:SourceArn":"arn:aws:scheduler:${ACCOUNT}:schedule-group/default"}}`,
  ],

  EvidenceBucketPolicy: [`deny * s3:* on <EvidenceBucket>, <EvidenceBucket>/* ${TLS}`],
  EvidenceAccessLogsPolicy: [
    `deny * s3:* on <EvidenceAccessLogs>, <EvidenceAccessLogs>/* ${TLS}`,
    'logging.s3.amazonaws.com s3:PutObject on <EvidenceAccessLogs>/* if {"ArnLike":{"aws:SourceArn":"<EvidenceBucket>"},"StringEquals":{"aws:SourceAccount":"111122223333"}}',
  ],
  TopicsKey: [
    "arn:aws:iam::111122223333:root kms:* on *",
    `cloudwatch.amazonaws.com kms:Decrypt, kms:GenerateDataKey* on * if {${OUR_ALARMS}}`,
  ],
  TopicsAlertsPolicy: [`deny * sns:Publish on <TopicsAlerts> ${TLS}`],
  TopicsAlarmsPolicy: [
    `deny * sns:Publish on <TopicsAlarms> ${TLS}`,
    `cloudwatch.amazonaws.com sns:Publish on <TopicsAlarms> if {${OUR_ALARMS}}`,
  ],
  TopicsWatchdogPolicy: [
    `deny * sns:Publish on <TopicsWatchdog> ${TLS}`,
    `cloudwatch.amazonaws.com sns:Publish on <TopicsWatchdog> if {${OUR_ALARMS}}`,
  ],
  ScheduleDeadLettersPolicy: [`deny * sqs:* on <ScheduleDeadLetters> ${TLS}`],
  SlackQueuePolicy: [
    `deny * sqs:* on <SlackQueue> ${TLS}`,
    `sns.amazonaws.com sqs:SendMessage on <SlackQueue> ${OUR_TOPIC}`,
  ],
  SlackDeadLettersPolicy: [
    `deny * sqs:* on <SlackDeadLetters> ${TLS}`,
    `sns.amazonaws.com sqs:SendMessage on <SlackDeadLetters> ${OUR_TOPIC}`,
  ],
};

/** What changes with the configuration, and the digits that CDK appends in a name of its own. */
const steady = (line: string): string => line.replace(/[0-9a-f]{64}\.json/, "<config>.json");
const owner = (name: string): string => name.replace(/(?<=^SchedulerRoleForTarget)[0-9a-f]+/, "");

let full: Map<string, Statement[]>;
beforeAll(async () => {
  full = statements((await synthesized(FULL)).template);
}, SYNTHESIS_TIMEOUT);

const tableOf = (all: ReadonlyMap<string, readonly Statement[]>) =>
  Object.fromEntries([...all].map(([name, list]) => [owner(name), list.map(oneLine).map(steady).toSorted()]));

it("allows what the table says, statement by statement, and nothing else", () => {
  const expected = Object.fromEntries(Object.entries(EXPECTED).map(([name, lines]) => [name, lines.toSorted()]));

  expect(tableOf(full)).toEqual(expected);
  console.info(`policies: ${[...full.values()].flat().length} statements of ${full.size} policies as expected`);
});

it("drops the permissions of what is not configured", async () => {
  const table = tableOf(statements((await synthesized(LEAST)).template));

  expect(table.PlanAuditRole).toEqual([
    `dynamodb:UpdateItem ${rows("PENDING")}`,
    logs("PlanAuditLogs"),
    CONFIG,
    TRACES,
  ]);
  expect(Object.values(table).flat().join("\n")).not.toContain("curfew:managed");
  expect(
    Object.keys(table).filter((name) =>
      /^(Slack|Schedule|ProbeSecrets|Rotate|Respond|Investigate|Incident)/.test(name),
    ),
  ).toEqual([]);
});

describe("who can read which secret", () => {
  const LOGINS = { auditor: "curfew/acme-prod/auditor", rotator: "curfew/acme-prod/rotator" };

  it.each([
    { name: LOGINS.auditor, managed: false, readers: ["AuditTenantRole", "InvestigateRole", "RotateLeakedRole"] },
    { name: LOGINS.rotator, managed: false, readers: ["RotateDueRole", "RotateSecretRole", "RotateLeakedRole"] },
    { name: "curfew/acme-prod/rotator-of-old", managed: false, readers: [] },
    { name: "curfew/acme-prod/responder", managed: false, readers: ["RespondRole", "RotateLeakedRole"] },
    { name: "curfew/acme-prod/responder-spare", managed: false, readers: ["RespondRole", "RotateLeakedRole"] },
    { name: "curfew/acme-prod/responder-of-old", managed: false, readers: [] },
    { name: "curfew/acme-prod/auditor-of-old", managed: false, readers: [] },
    { name: "curfew/slack-webhook", managed: false, readers: ["SlackPostToSlackRole"] },
    { name: "curfew/slack-webhook-of-others", managed: false, readers: [] },
    { name: "apps/checkout/auth0", managed: false, readers: [] },
    {
      name: "apps/checkout/auth0",
      managed: true,
      readers: ["ProbeSecretsRole", "RotateDueRole", "RotateSecretRole", "RotateLeakedRole"],
    },
    { name: "somebody/elses/database", managed: false, readers: [] },
  ])("$name (managed: $managed) is read by $readers", ({ name, managed, readers }) => {
    const arn = `${SECRETS}${name}-AbC123`;

    const roles = [...full.keys()].filter((role) => full.get(role)?.some((one) => allows(one, READ, arn, managed)));

    expect(roles).toEqual(readers);
  });

  it.each([
    { name: "curfew/incidents/acme-prod/AbC123", does: "DescribeSecret" }, // not made yet: it has no tag
    { name: "apps/gone/auth0-AbC123", does: "DescribeSecret" },
    ...["auditor", "rotator", "responder", "responder-spare"].flatMap((login) =>
      ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map((does) => ({
        ...{ name: `curfew/acme-prod/${login}-AbC123`, does },
      })),
    ),
  ])("an incident may $does $name, which bears no tag", ({ name, does }) => {
    const may = full
      .get("RotateLeakedRole")
      ?.some((one) => allows(one, `secretsmanager:${does}`, SECRETS + name, false));

    expect(may).toBe(true);
  });
});

const READ = "secretsmanager:GetSecretValue";

/** As IAM decides: an action, a resource by pattern, and the tag where a condition asks for it. */
function allows(
  { effect, actions, resources, conditions }: Statement,
  asked: string,
  arn: string,
  managed: boolean,
): boolean {
  const tag = conditions.StringEquals?.["secretsmanager:ResourceTag/curfew:managed"];
  return (
    effect === "Allow" &&
    actions.some((action) => matchesPattern(asked, action)) &&
    resources.some((resource) => matchesPattern(arn, resource)) &&
    (tag === undefined || (tag === "true" && managed))
  );
}

it("lets nobody but the desk start an incident or complete what waits in one", () => {
  const roles = [...full.keys()].filter((role) =>
    full
      .get(role)
      ?.some(
        ({ actions, resources }) =>
          actions.some((action) => /^states:(StartExecution|SendTask)/.test(action)) &&
          resources.some((resource) => !resource.includes("AuditMachine")),
      ),
  );

  expect(roles).toEqual(["IncidentDeskRole"]);
});

it("lets the desk do in the table whatever it is asked for", async () => {
  const table = memoryTable();
  const answers = await everyDeskOrder(roleTable(table, full.get("IncidentDeskRole") ?? []), table);

  expect(answers).toHaveLength(9);
  expect(answers.filter((answer) => !answer.endsWith(": 200"))).toEqual([]);
});

it("gives no role an action by a wildcard", () => {
  const wild = [...full.values()]
    .flat()
    .filter(({ effect, principals }) => effect === "Allow" && principals.length === 0)
    .flatMap(({ actions }) => actions)
    .filter((action) => action.includes("*"));

  expect(wild).toEqual([]);
});
