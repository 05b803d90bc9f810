import type { Duration } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";

/** What the functions count. One dimension only: each more would cost 0.30 USD a month per metric and value. */
export type CurfewMetricName =
  | "CompleteAudits"
  | "TenantsAudited"
  | "TenantsNotAudited"
  | "TenantsIncomplete"
  | "SecretsNotProbed"
  | "RotationTests"
  | "AlertsNotDelivered"
  | "UnconfirmedSubscriptions";

/** The sum of one of Curfew's own metrics over each period. */
export function curfewMetric(metricName: CurfewMetricName, period: Duration): Metric {
  return new Metric({
    namespace: "Curfew",
    metricName,
    dimensionsMap: { service: "curfew" },
    statistic: Stats.SUM,
    period,
  });
}
