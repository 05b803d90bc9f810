import { ArnFormat, Aws, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import {
  Choice,
  Condition,
  DefinitionBody,
  DistributedMap,
  Errors,
  type IChainable,
  JsonPath,
  LogLevel,
  Pass,
  type RetryProps,
  StateMachine,
  StateMachineType,
  Timeout,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import { LONGEST_RUN } from "../runs/longest-run.ts";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { type CurfewFunction, LOG_RETENTION } from "./curfew-function.ts";
import {
  ACCOUNT_IS_BUSY,
  ASK_FOR_AN_HOUR,
  ASK_FOR_MINUTES,
  DO_NOT_ASK_AGAIN,
  TRY_AGAIN,
  TRY_ONCE_MORE,
} from "./retries.ts";
import { runbookAlarm } from "./runbook-alarm.ts";

interface AuditMachineProps {
  planAudit: CurfewFunction;
  /** Left out where no tenant has credentials. */
  probeSecrets?: CurfewFunction | undefined;
  auditTenant: CurfewFunction;
  /** Left out where nothing can be rotated. */
  rotateDue?: CurfewFunction | undefined;
  finishAudit: CurfewFunction;
  alarms: ITopic;
}

/** Fixed, so that a function which the machine calls can know it: a reference would go round in a circle. */
export const MACHINE_NAME = "curfew-audit";

/** The ARN of the state machine *Audit*, and that of all its executions. */
export function auditMachineArns(scope: Construct): { machine: string; executions: string } {
  const format = { service: "states", arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  const stack = Stack.of(scope);
  return {
    machine: stack.formatArn({ ...format, resource: "stateMachine", resourceName: MACHINE_NAME }),
    executions: stack.formatArn({ ...format, resource: "execution", resourceName: `${MACHINE_NAME}:*` }),
  };
}

/** Tenants audited side by side: as many as a new account runs functions at once. Who is refused waits and asks again. */
const SIDE_BY_SIDE = 10;

/**
 * How long a tenant that was refused waits before it asks again. Each time leaves nine events in its history, 6,000
 * until there is no time left; 25,000 is the most there may be. `test/infra/audit-machine.test.ts` counts them.
 */
const TURN = Duration.seconds(30);

/** What a state hands on in place of its result: what it was given, or an empty object. */
const ITS_INPUT = { resultPath: JsonPath.DISCARD };
const NOTHING = { ...ITS_INPUT, outputPath: JsonPath.DISCARD };

/** A minute more than the function's own timeout, which is to be the one that strikes. */
const taskLimit = ({ function: { timeout = Duration.minutes(15) } }: CurfewFunction): Duration =>
  timeout.plus(Duration.minutes(1));

/**
 * The state machine *Audit*: plan, then every tenant, then rotate what is due, then tell people.
 *
 * States only pass on names: decisions are in the functions, and nothing secret goes through, since whoever may read
 * an execution's history sees every input and output. States are named after the functions that they call.
 *
 * However many tenants there are and however busy the account is, the telling comes in time: no tenant is begun after
 * `startUntil`, and from then on everything is bounded.
 */
export class AuditMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, props: AuditMachineProps) {
    super(scope, id);
    this.machine = new StateMachine(this, "Machine", {
      stateMachineName: MACHINE_NAME,
      comment: "Audits every tenant and tells people what changed",
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(this.definition(props)),
      timeout: Duration.seconds(LONGEST_RUN),
      tracingEnabled: true,
      logs: { destination: this.logGroup(), level: LogLevel.ERROR, includeExecutionData: false },
    });
    this.acknowledgeRules(props);
    this.watch(props.alarms);
  }

  private definition(props: AuditMachineProps): IChainable {
    const { planAudit, probeSecrets, auditTenant } = props;
    const ending = this.ending(props);
    const tenants = new DistributedMap(this, "AuditTenants", {
      itemsPath: JsonPath.stringAt("$.tenants"),
      itemSelector: {
        run: JsonPath.objectAt("$.run"),
        tenant: JsonPath.stringAt("$$.Map.Item.Value"),
        startUntil: JsonPath.stringAt("$.startUntil"),
      },
      mapExecutionType: StateMachineType.STANDARD,
      maxConcurrency: SIDE_BY_SIDE,
      toleratedFailurePercentage: 100, // one bad tenant is a failed tenant, never a failed run
      resultPath: JsonPath.DISCARD, // what happened is read from the table
    });
    tenants.itemProcessor(this.oneTenant(auditTenant, probeSecrets));
    // Even where the map as a whole broke, people hear of the tenants that were audited, and of those that were not.
    const settled = this.untilNothingRuns(auditTenant, probeSecrets);
    tenants.addCatch(settled, { errors: [Errors.ALL], resultPath: JsonPath.DISCARD });
    settled.next(ending);
    const plan = this.invoke("PlanAudit", planAudit, [ASK_FOR_AN_HOUR, TRY_AGAIN]);
    return this.run().next(plan).next(tenants).next(ending);
  }

  /**
   * A map that breaks ends its children and not the functions that they have called: those go on until their own
   * timeout, and what they record then would be told by nobody if people were told at once.
   */
  private untilNothingRuns(...functions: (CurfewFunction | undefined)[]): Wait {
    const limits = functions.flatMap((one) => (one ? taskLimit(one).toSeconds() : []));
    return new Wait(this, "AwaitFunctions", { time: WaitTime.duration(Duration.seconds(Math.max(...limits))) });
  }

  /**
   * What comes after the tenants. What is unfinished of rotations is finished whatever became of the tenants, and people
   * are told whatever becomes of the rotations; those are in the table, too.
   */
  private ending({ rotateDue, finishAudit }: AuditMachineProps): LambdaInvoke {
    const finish = this.invoke("FinishAudit", finishAudit, [ASK_FOR_AN_HOUR, TRY_AGAIN]);
    if (!rotateDue) return finish;
    const rotate = this.invoke("RotateDue", rotateDue, [ASK_FOR_MINUTES, TRY_ONCE_MORE], ITS_INPUT);
    rotate.addCatch(finish, { errors: [Errors.ALL], resultPath: JsonPath.DISCARD });
    rotate.next(finish);
    return rotate;
  }

  /** Which run this is. Whatever is tried again says the same, and so finds what it has done already. */
  private run(): Pass {
    return new Pass(this, "NameRun", {
      parameters: {
        id: JsonPath.stringAt("$$.Execution.Name"),
        startedAt: JsonPath.stringAt("$$.Execution.StartTime"),
      },
      resultPath: "$.run",
    });
  }

  /**
   * A tenant that could not be audited ends well here: that its record is missing tells people, in FinishAudit.
   *
   * Where the account is busy, the audit waits for its turn until there is no time left; the probe waits for minutes
   * only, since an audit without it is better than none.
   *
   * Each way ends with an empty output. The map's result holds all of them, and may hold 256 KiB even though it is
   * discarded: with 1,144 inputs of the longest names it was too large, and no Catch sees that.
   * Source: github.com/aws/aws-cdk/issues/24799.
   */
  private oneTenant(auditTenant: CurfewFunction, probeSecrets: CurfewFunction | undefined): IChainable {
    const audit = this.invoke("AuditTenant", auditTenant, [DO_NOT_ASK_AGAIN, TRY_AGAIN], NOTHING);
    const outOfTime = new Pass(this, "OutOfTime", NOTHING);
    const turn = new Wait(this, "AwaitTurn", { time: WaitTime.duration(TURN) });
    audit.addCatch(turn, { errors: [ACCOUNT_IS_BUSY], resultPath: JsonPath.DISCARD });
    audit.addCatch(new Pass(this, "TenantNotAudited", NOTHING), { errors: [Errors.ALL], resultPath: JsonPath.DISCARD });
    turn.next(this.startInTime("StillInTime", audit, outOfTime));
    if (!probeSecrets) return this.startInTime("InTime", audit, outOfTime);
    const probe = this.invoke("ProbeSecrets", probeSecrets, [TRY_AGAIN], ITS_INPUT);
    probe.addCatch(audit, { errors: [Errors.ALL], resultPath: JsonPath.DISCARD });
    return this.startInTime("InTime", probe.next(audit), outOfTime);
  }

  /** Asks Step Functions' own clock, which needs no function: the account may have none to give. */
  private startInTime(name: string, start: IChainable, outOfTime: IChainable): Choice {
    const isOver = Condition.timestampGreaterThanEqualsJsonPath("$$.State.EnteredTime", "$.startUntil");
    return new Choice(this, name).when(isOver, outOfTime).otherwise(start);
  }

  /** Calls a function with the state's input; its answer is the state's output unless `output` says otherwise. */
  private invoke(
    name: string,
    called: CurfewFunction,
    retries: readonly RetryProps[],
    output: typeof ITS_INPUT | typeof NOTHING | object = {},
  ): LambdaInvoke {
    const task = new LambdaInvoke(this, name, {
      lambdaFunction: called.function,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      taskTimeout: Timeout.duration(taskLimit(called)),
      ...output,
    });
    for (const retry of retries) task.addRetry(retry);
    return task;
  }

  /** The name's beginning keeps the account's one policy for log delivery from growing. */
  private logGroup(): LogGroup {
    return new LogGroup(this, "Logs", {
      logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}-audit`,
      retention: LOG_RETENTION,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private acknowledgeRules({ planAudit, probeSecrets, auditTenant, rotateDue, finishAudit }: AuditMachineProps): void {
    const optional = [probeSecrets, rotateDue].filter((one) => one !== undefined);
    const functions = [planAudit, auditTenant, finishAudit, ...optional];
    const executions = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${this.nameInFinding()}`;
    acknowledge(this.machine, {
      SF1: "The state machine Audit logs errors only: every other event is in its execution history for 90 days.",
      "IAM5[Resource::*]": "X-Ray and the delivery of the state machine Audit's logs know no resources to name.",
      [`IAM5[Resource::${executions}:*]`]: "The state machine Audit watches and stops its own children only.",
      [`IAM5[Resource::${executions}/*:*]`]: "The state machine Audit starts its own map runs again, and no others.",
      ...Object.fromEntries(
        functions.map(({ node, function: lambda }) => [
          `IAM5[Resource::${arnInFinding(lambda)}:*]`,
          `The state machine Audit calls ${node.id}: the * stands for versions of that one function.`,
        ]),
      ),
    });
  }

  /** The machine's name as it is taken from its ARN. */
  private nameInFinding(): string {
    const arn = Stack.of(this).resolve(this.machine.stateMachineArn);
    return JSON.stringify({ "Fn::Select": [6, { "Fn::Split": [":", arn] }] });
  }

  /** One alarm each: a sum of three has no value where one has none, and costs as much as three. */
  private watch(alarms: ITopic): void {
    const period = Duration.minutes(5);
    const ends = {
      Failed: { metric: this.machine.metricFailed({ period }), says: "A run of Curfew's audit failed." },
      TimedOut: { metric: this.machine.metricTimedOut({ period }), says: "A run of Curfew's audit ran out of time." },
      Aborted: { metric: this.machine.metricAborted({ period }), says: "Somebody stopped a run of Curfew's audit." },
    };
    for (const [end, { metric, says }] of Object.entries(ends)) {
      runbookAlarm(this, end, { metric, says, section: "executions-failed", topic: alarms, lasts: "event" });
    }
  }
}
