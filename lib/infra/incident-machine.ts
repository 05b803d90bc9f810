import { ArnFormat, Aws, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import {
  DefinitionBody,
  type IChainable,
  JsonPath,
  LogLevel,
  Parallel,
  StateMachine,
  StateMachineType,
} from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { INCIDENT_MACHINE } from "../revocation/incident-machine.ts";
import { acknowledge, arnInFinding } from "./acknowledge.ts";
import { LOG_RETENTION } from "./curfew-function.ts";
import { closing, containing, investigating, opening, replacing } from "./incident-branches.ts";
import { type IncidentFunctions, incidentTasks } from "./incident-tasks.ts";
import { watching } from "./incident-watching.ts";
import { runbookAlarm } from "./runbook-alarm.ts";
import type { Topics } from "./topics.ts";

interface IncidentMachineProps {
  functions: IncidentFunctions;
  topics: Topics;
}

/** The ARN of the state machine, and that of all its executions. */
export function incidentMachineArns(scope: Construct): { machine: string; executions: string } {
  const format = { service: "states", arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  const stack = Stack.of(scope);
  return {
    machine: stack.formatArn({ ...format, resource: "stateMachine", resourceName: INCIDENT_MACHINE }),
    executions: stack.formatArn({ ...format, resource: "execution", resourceName: `${INCIDENT_MACHINE}:*` }),
  };
}

/**
 * The longest window is 30 days and what a leaked token says of its own end; people may answer for 7 days more. Watching
 * takes 1,800 turns however long that is.
 */
const LONGEST_INCIDENT = Duration.days(180);

/**
 * The state machine of emergency revocation: open, lock and contain until nothing is missing; then watch, and beside it
 * investigate, and rotate, prove, say until when what is out works, and ask for the revocation of a key and for giving
 * access back; close. What is named to an incident that is open already is acted on by an execution beside that one,
 * which contains, has it proven anew, and ends.
 *
 * States pass on names and instants; decisions are in the functions and in the table. No way ends in silence: what
 * fails, after its retries, is told by a state that needs no function, and the next step is taken all the same, since
 * a lock that failed is no reason not to delete grants.
 */
export class IncidentMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { functions, topics }: IncidentMachineProps) {
    super(scope, id);
    this.machine = new StateMachine(this, "Machine", {
      stateMachineName: INCIDENT_MACHINE,
      comment: "Contains a leaked credential or token, and sees it to its end",
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(definition(this, functions, topics.alerts)),
      timeout: LONGEST_INCIDENT,
      tracingEnabled: true,
      logs: { destination: this.#logGroup(), level: LogLevel.ERROR, includeExecutionData: false },
    });
    // SNS encrypts with a key of our own; publishing needs it.
    const actions = ["kms:Decrypt", "kms:GenerateDataKey"];
    this.machine.addToRolePolicy(new PolicyStatement({ actions, resources: [topics.key.keyArn] }));
    this.#acknowledgeRules(functions);
    this.#watch(topics.alarms);
  }

  #logGroup(): LogGroup {
    return new LogGroup(this, "Logs", {
      logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}-incident`,
      retention: LOG_RETENTION,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  #acknowledgeRules(functions: IncidentFunctions): void {
    acknowledge(this.machine, {
      SF1: "The state machine of incidents logs errors only: every other event is in its execution history for 90 days.",
      "IAM5[Resource::*]": "X-Ray and the delivery of the incident machine's logs know no resources to name.",
      ...Object.fromEntries(
        Object.values(functions).map(({ node, function: lambda }) => [
          `IAM5[Resource::${arnInFinding(lambda)}:*]`,
          `The incident machine calls ${node.id}: the * stands for versions of that one function.`,
        ]),
      ),
    });
  }

  #watch(alarms: ITopic): void {
    const period = Duration.minutes(5);
    const ends = {
      Failed: { metric: this.machine.metricFailed({ period }), says: "An emergency revocation failed." },
      TimedOut: { metric: this.machine.metricTimedOut({ period }), says: "An emergency revocation ran out of time." },
      Aborted: { metric: this.machine.metricAborted({ period }), says: "Somebody stopped an emergency revocation." },
    };
    for (const [end, { metric, says }] of Object.entries(ends)) {
      runbookAlarm(this, end, { metric, says, section: "incident-executions-failed", topic: alarms, lasts: "event" });
    }
  }
}

function definition(scope: Construct, functions: IncidentFunctions, topic: ITopic): IChainable {
  const tasks = incidentTasks(scope, functions, topic);
  const end = closing(scope, tasks);
  const sideBySide = new Parallel(scope, "SideBySide", { resultPath: JsonPath.DISCARD });
  sideBySide.branch(watching(scope, tasks), investigating(scope, tasks), replacing(scope, tasks));
  tasks.onFailure(sideBySide, "SideBySide", "watching {} ended before its time.", end);
  sideBySide.next(end);
  return opening(scope, tasks, containing(scope, tasks, sideBySide));
}
