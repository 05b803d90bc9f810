import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient, UnsubscribeCommand } from "@aws-sdk/client-sns";
import { beforeAll, expect, it } from "vitest";
import { testAlert } from "../../../lib/alerts/test-alert.ts";
import { snsMessage } from "../../../lib/aws/sns-publisher.ts";
import type { RunRef } from "../../../lib/findings/ledger/run-record.ts";
import type { Strike } from "../../../lib/sandbox/cloud/gate/start-call-gate.ts";
import { OWNERS, SMALL } from "../support/cast.ts";
import { comparableRows, evidenceFaults, keptVerdicts } from "../support/comparable.ts";
import {
  KILL_SEED,
  type Kill,
  killAtEachCall,
  type Victim,
  wasBetweenPublishAndRecord,
} from "../support/kill-matrix.ts";
import { confirmOwners, type Stack } from "../support/start-stack.ts";
import { ACCESS, EMPTY, type Snapshot } from "../support/stored.ts";
import { markOf, subjectsSince, type Told, toldSince } from "../support/told.ts";
import type { Witness } from "../support/witness.ts";

/** Functions that are killed in one of their calls and called again, over one small tenant. */
export function killed(stack: Stack, witness: Witness): void {
  const { call, deployment, gates, sandbox, stored } = stack;
  const { cloud } = deployment;
  const run: RunRef = { id: "killed", startedAt: new Date().toISOString() };
  const event = { run, tenant: SMALL };
  const finish = { run, tenants: [SMALL] };
  /** What is there after each step of a run in which nobody dies. */
  const undisturbed = { planned: EMPTY, probed: EMPTY, audited: EMPTY, finished: EMPTY };
  let told: Told = new Map();

  beforeAll(async () => {
    await stored.restore(EMPTY);
    const step = async (name: keyof typeof undisturbed, work: () => Promise<unknown>) => {
      await work();
      await deployment.settled();
      undisturbed[name] = await stored.snapshot();
    };
    await step("planned", () => call.PlanAudit(finish));
    await confirmOwners(stack);
    await step("probed", () => call.ProbeSecrets(event));
    await step("audited", () => call.AuditTenant(event));
    const mark = markOf(cloud);
    await step("finished", () => call.FinishAudit(finish));
    told = toldSince(cloud, mark);
  }, 60_000);

  /** Kills a function wherever it can be, from the same beginning each time, and says how many kills there were. */
  async function kill(
    victim: Omit<Victim, "reset">,
    from: () => Snapshot | Promise<Snapshot>,
    judge: (kill: Kill) => Promise<string[]>,
  ) {
    const wrong: string[] = [];
    const reset = async () => {
      await stored.restore(await from());
      sandbox.tenant(SMALL).logs.length = 0;
    };
    const { calls, kills, possible } = await killAtEachCall(stack, { ...victim, reset }, async (kill) => {
      await deployment.settled();
      const faults = await judge(kill);
      wrong.push(...faults.map((fault) => `${kill.label} (${kill.call.target} ${kill.call.operation}): ${fault}`));
    });
    const result = wrong.length === 0 ? "each as if undisturbed" : `${wrong.length} of them wrong`;
    const seed = kills < possible ? `, seed ${KILL_SEED}` : "";
    console.info(`kill matrix, ${victim.name}: ${calls} calls, ${kills} of ${possible} kills${seed}: ${result}`);
    expect(wrong).toEqual([]);
    expect(kills).toBeGreaterThan(0);
  }

  /** What differs between what is there and what would be if nobody had died. */
  async function difference(wanted: Snapshot): Promise<string[]> {
    const snapshot = await stored.snapshot();
    witness.look(snapshot);
    return [
      ...differing("row", comparableRows(snapshot), comparableRows(wanted)),
      ...differing("verdict", keptVerdicts(snapshot), keptVerdicts(wanted)),
      ...evidenceFaults(snapshot),
    ];
  }

  it("PlanAudit has noted the run and asked every owner once", async () => {
    const sns = new SNSClient({ ...ACCESS, endpoint: cloud.messaging.origin });
    const TopicArn = cloud.messaging.topicArn("curfew-alerts");
    /** As before the first run: no owner is subscribed. */
    const forgetOwners = async () => {
      await confirmOwners(stack);
      const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
      for (const { Endpoint = "", SubscriptionArn } of Subscriptions) {
        if (OWNERS.includes(Endpoint)) await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
      }
    };
    let mails = 0;
    await kill(
      { name: "PlanAudit", gates: [gates.aws], invoke: () => call.PlanAudit(finish) },
      async () => {
        await forgetOwners();
        mails = cloud.messaging.mails.length;
        return EMPTY;
      },
      async () => {
        const asked = cloud.messaging.mails.slice(mails).map(({ kind, to }) => `${kind} ${to}`);
        const wanted = OWNERS.map((owner) => `confirmation ${owner}`);
        const isRight = JSON.stringify(asked.sort()) === JSON.stringify(wanted.sort());
        return [...(await difference(undisturbed.planned)), ...(isRight ? [] : [`asked ${asked.join(", ")}`])];
      },
    );
    await confirmOwners(stack);
    sns.destroy();
  });

  it("ProbeSecrets has recorded what Auth0 says", async () => {
    await kill(
      { name: "ProbeSecrets", gates: [gates.aws, gates.auth0], invoke: () => call.ProbeSecrets(event), most: 6 },
      () => undisturbed.planned,
      () => difference(undisturbed.probed),
    );
  });

  it("AuditTenant has left the same ledger, and evidence that is complete", async () => {
    await kill(
      { name: "AuditTenant", gates: [gates.aws, gates.auth0], invoke: () => call.AuditTenant(event), most: 7 },
      () => undisturbed.probed,
      () => difference(undisturbed.audited),
    );
  });

  it("FinishAudit has lost no alert, and doubled one only between publishing and recording it", async () => {
    let mark = markOf(cloud);
    const doubled: Kill[] = [];
    await kill(
      { name: "FinishAudit", gates: [gates.aws], invoke: () => call.FinishAudit(finish), most: 6 },
      () => {
        mark = markOf(cloud);
        return undisturbed.audited;
      },
      async (kill) => {
        const heard = toldSince(cloud, mark);
        const faults = differing("alert", new Set(heard.keys()), new Set(told.keys()));
        if ([...heard.values()].some((times) => times > 1)) {
          doubled.push(kill);
          if (!wasBetweenPublishAndRecord(kill)) faults.push("an alert came twice");
        }
        return [...faults, ...(await difference(undisturbed.finished))];
      },
    );
    console.info(`kill matrix, FinishAudit: alerts doubled in ${doubled.length} kills, each after publishing one`);
  });

  it("PostToSlack has posted every message, and twice only where it died after Slack had taken it", async () => {
    const sns = new SNSClient({ ...ACCESS, endpoint: cloud.messaging.origin });
    let mark = markOf(cloud);
    const publish = async () => {
      const alert = testAlert(run.startedAt, crypto.randomUUID());
      const TopicArn = cloud.messaging.topicArn("curfew-alerts");
      await sns.send(new PublishCommand({ TopicArn, ...snsMessage(alert) }));
      await deployment.settled();
    };
    await kill(
      // Lambda's queue hands the message out again by itself.
      { name: "SlackPostToSlack", gates: [gates.poster], invoke: publish, again: () => deployment.settled() },
      () => {
        mark = markOf(cloud);
        return EMPTY;
      },
      async ({ call, moment }) => {
        const messages = cloud.slack.messages.length - mark.messages;
        const wanted = call.target === "slack" && moment === "after" ? 2 : 1;
        return messages === wanted ? [] : [`${messages} messages instead of ${wanted}`];
      },
    );
    sns.destroy();
  });

  it("is called again by the state machine, which ends well and has told the same, some of it twice", async () => {
    const whole = async (name: string, strike?: Strike) => {
      await stored.restore(EMPTY);
      const mark = markOf(cloud);
      gates.aws.reset(strike);
      const { status, output } = await stack.run({ tenants: [SMALL] }, name);
      const { audited, notAudited } = output ?? {};
      return { status, audited, notAudited, subjects: new Set(subjectsSince(cloud, mark)) };
    };
    const wanted = await whole("nobody-dies");
    const calls = gates.aws.calls.length;
    expect(wanted).toMatchObject({ status: "SUCCEEDED", audited: 1, notAudited: 0 });
    for (const part of [0.02, 0.12, 0.5, 0.8]) {
      // As if a whole data centre went dark.
      const run = () => Object.values(stack.lambdas).forEach((lambda) => void lambda.kill());
      const at = Math.ceil(calls * part);
      expect(await whole(`all-die-at-${at}`, { at, moment: "before", run }), `call ${at} of ${calls}`).toEqual(wanted);
    }
    gates.aws.reset();
  });
}

/** The names of what is in one and not the same in the other. */
function differing(
  what: string,
  is: ReadonlyMap<string, unknown> | ReadonlySet<string>,
  wanted: ReadonlyMap<string, unknown> | ReadonlySet<string>,
): string[] {
  const valueIn = (side: typeof is, name: string) =>
    JSON.stringify(side instanceof Map ? side.get(name) : side.has(name));
  const names = new Set([...is.keys(), ...wanted.keys()]);
  return [...names].filter((name) => valueIn(is, name) !== valueIn(wanted, name)).map((name) => `${what} ${name}`);
}
