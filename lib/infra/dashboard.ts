import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  Stats,
} from "aws-cdk-lib/aws-cloudwatch";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { CurfewFunction } from "./curfew-function.ts";
import { type CurfewMetricName, curfewMetric } from "./curfew-metrics.ts";

interface CurfewDashboardProps {
  alarms: readonly IAlarm[];
  machine: StateMachine;
  functions: readonly CurfewFunction[];
}

const PERIOD = Duration.hours(1);

/** One page: what rings, what audits came to, and how the parts fare. */
export class CurfewDashboard extends Construct {
  constructor(scope: Construct, id: string, { alarms, machine, functions }: CurfewDashboardProps) {
    super(scope, id);
    const lambdas = functions.map(({ function: lambda }) => lambda);
    new Dashboard(this, "Dashboard", {
      defaultInterval: Duration.days(14),
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 24, height: 3 })],
        [
          graph("Tenants", sums("TenantsAudited", "TenantsNotAudited", "TenantsIncomplete")),
          graph(
            "Audits and alerts",
            sums("CompleteAudits", "SecretsNotProbed", "AlertsNotDelivered", "UnconfirmedSubscriptions"),
          ),
        ],
        [
          graph("Runs", [
            machine.metricSucceeded({ period: PERIOD }),
            machine.metricFailed({ period: PERIOD }),
            machine.metricTimedOut({ period: PERIOD }),
          ]),
          graph(
            "Errors",
            lambdas.map((lambda) => lambda.metricErrors({ period: PERIOD })),
          ),
          graph(
            "Longest durations",
            lambdas.map((lambda) => lambda.metricDuration({ period: PERIOD, statistic: Stats.MAXIMUM })),
          ),
        ],
      ],
    });
  }
}

const sums = (...names: CurfewMetricName[]): IMetric[] => names.map((name) => curfewMetric(name, PERIOD));

const graph = (title: string, left: IMetric[]): GraphWidget =>
  new GraphWidget({ title, left, width: 8, leftYAxis: { min: 0 } });
