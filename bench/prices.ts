/**
 * List prices in USD for us-east-1. They are from memory and were not looked up again: check them against the price
 * pages of each service. Free tiers are left out: who uses AWS for other things has used them up.
 */
const PRICES = {
  stateTransition: 0.025 / 1_000,
  lambdaRequest: 0.2 / 1_000_000,
  /** ARM. */
  lambdaGigabyteSecond: 0.0000133334,
  dynamodbWriteUnit: 0.625 / 1_000_000,
  dynamodbReadUnit: 0.125 / 1_000_000,
  s3Put: 0.005 / 1_000,
  s3Get: 0.0004 / 1_000,
  s3GigabyteMonth: 0.023,
  secretMonth: 0.4,
  secretRequest: 0.05 / 10_000,
  kmsKeyMonth: 1,
  kmsRequest: 0.03 / 10_000,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  dashboardMonth: 3,
  logGigabyte: 0.5,
  snsMail: 2 / 100_000,
} as const;

/**
 * What one unit is good for, in bytes: a request takes as many as its rows need, and one at least. The bench counts the
 * JSON of requests and answers, which is somewhat more than what DynamoDB counts. All reads are consistent; others would
 * take half. Source: DynamoDB developer guide, "On-demand capacity mode".
 */
export const READ_UNIT = 4_096;
export const WRITE_UNIT = 1_024;

/** What one audit of one tenant uses. */
export interface TenantUse {
  stateTransitions: number;
  lambdaRequests: number;
  gigabyteSeconds: number;
  writeUnits: number;
  readUnits: number;
  s3Puts: number;
  s3Gets: number;
  secretRequests: number;
  evidenceBytes: number;
}

/** What is paid whatever the number of tenants: the alarms, metrics, dashboard and keys of the stack. */
export interface StackUse {
  alarms: number;
  metrics: number;
  keys: number;
}

const DAYS = 30;
const RETENTION_MONTHS = 400 / 30;
/** A log line at the beginning, one at the end, and what Lambda itself writes. Bytes an invocation. */
const LOG_BYTES = 2_000;

/** The month's cost of a daily audit, by what it is for, in USD. */
export function monthlyCost(tenants: number, use: TenantUse, stack: StackUse): Readonly<Record<string, number>> {
  const audits = tenants * DAYS;
  const p = PRICES;
  return {
    "secrets of the auditors": tenants * p.secretMonth + audits * use.secretRequests * p.secretRequest,
    Lambda: audits * (use.lambdaRequests * p.lambdaRequest + use.gigabyteSeconds * p.lambdaGigabyteSecond),
    "Step Functions": audits * use.stateTransitions * p.stateTransition,
    DynamoDB: audits * (use.writeUnits * p.dynamodbWriteUnit + use.readUnits * p.dynamodbReadUnit),
    S3:
      audits * (use.s3Puts * p.s3Put + use.s3Gets * p.s3Get) +
      ((audits * use.evidenceBytes * RETENTION_MONTHS) / 1e9) * p.s3GigabyteMonth,
    logs: ((audits * use.lambdaRequests * LOG_BYTES) / 1e9) * p.logGigabyte,
    "alarms, metrics, dashboard, keys":
      stack.alarms * p.alarmMonth + stack.metrics * p.metricMonth + p.dashboardMonth + stack.keys * p.kmsKeyMonth,
  };
}
