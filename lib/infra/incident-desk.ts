import { Duration } from "aws-cdk-lib";
import { FunctionUrlAuthType, InvokeMode } from "aws-cdk-lib/aws-lambda";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { INCIDENT_FUNCTIONS, INCIDENT_MACHINE } from "../revocation/incident-machine.ts";
import { acknowledge } from "./acknowledge.ts";
import { CurfewFunction } from "./curfew-function.ts";
import type { CurfewTable } from "./curfew-table.ts";
import { incidentMachineArns } from "./incident-machine.ts";
import { runbookAlarm } from "./runbook-alarm.ts";

/**
 * Where people start incidents and answer what one asks: a Function URL that takes signed requests only, so that who
 * calls is known. Nothing else may start the machine or complete what waits in it. It knows no secret of Auth0's.
 *
 * Who may call it at all is said by the policies of the callers' own roles; who may do what, by `incidents` in the
 * configuration. See docs/revocation.md for the statement.
 */
export class IncidentDesk extends CurfewFunction {
  /** Where it is called, with a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: { config: Asset; table: CurfewTable; alarms: ITopic }) {
    super(scope, id, {
      entry: "incident-desk",
      description: "Curfew: takes orders and approvals of people in an emergency",
      functionName: INCIDENT_FUNCTIONS.desk,
      memorySize: 1024, // a person waits for it
      timeout: Duration.seconds(30),
      config: props.config,
      environment: { CURFEW_INCIDENT_MACHINE: incidentMachineArns(scope).machine },
    });
    this.url = this.function.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.BUFFERED,
    }).url;
    props.table.allow(this, ["INCIDENT#*", "INCIDENTS"], ["GetItem", "UpdateItem", "Query"]);
    this.#allowMachine();
    runbookAlarm(this, "Failed", {
      metric: this.function.metricErrors({ period: Duration.minutes(5) }),
      says: "Curfew could not take an order or an approval in an emergency.",
      section: "incident-desk-failed",
      topic: props.alarms,
      lasts: "event",
    });
  }

  #allowMachine(): void {
    const { machine, executions } = incidentMachineArns(this);
    this.allow({
      actions: ["states:StartExecution", "states:SendTaskSuccess", "states:SendTaskFailure"],
      resources: [machine],
    });
    this.allow({ actions: ["states:DescribeExecution"], resources: [executions] });
    const finding = `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${INCIDENT_MACHINE}:*`;
    acknowledge(this.role, {
      [`IAM5[Resource::${finding}]`]: `incident-desk asks about executions of the state machine ${INCIDENT_MACHINE}, whatever incident they are of.`,
    });
  }
}
