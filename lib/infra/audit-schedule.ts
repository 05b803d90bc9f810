import { Duration, TimeZone } from "aws-cdk-lib";
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from "aws-cdk-lib/aws-scheduler";
import { StepFunctionsStartExecution } from "aws-cdk-lib/aws-scheduler-targets";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import type { Config } from "../config/schema.ts";
import { SCHEDULE_WINDOW } from "../model/schedule-window.ts";
import { deadLetterQueue } from "./dead-letter-queue.ts";
import { missedAuditAlarm } from "./missed-audit-alarm.ts";
import type { Topics } from "./topics.ts";

interface AuditScheduleProps {
  schedule: NonNullable<Config["schedule"]>;
  /** The longest time between two audits. */
  intervalHours: number;
  machine: IStateMachine;
  topics: Topics;
}

/** Starts the audit when the configuration says so, and notices when that leads to nothing. */
export class AuditSchedule extends Construct {
  constructor(scope: Construct, id: string, { schedule, intervalHours, machine, topics }: AuditScheduleProps) {
    super(scope, id);
    const queue = deadLetterQueue(this, "DeadLetters", {
      says: "A scheduled audit of Curfew could not be started.",
      section: "schedule-dead-letters",
      topic: topics.alarms,
    });
    new Schedule(this, "Schedule", {
      description: "Audits every tenant",
      schedule: ScheduleExpression.expression(schedule.audit, TimeZone.of(schedule.timezone)),
      timeWindow: TimeWindow.flexible(Duration.seconds(SCHEDULE_WINDOW)),
      target: new StepFunctionsStartExecution(machine, {
        input: ScheduleTargetInput.fromObject({}),
        retryAttempts: 20,
        maxEventAge: Duration.hours(1), // later the next audit is near, or the alarm has rung
        deadLetterQueue: queue,
      }),
    });
    missedAuditAlarm(this, { intervalHours, watchdog: topics.watchdog });
  }
}
