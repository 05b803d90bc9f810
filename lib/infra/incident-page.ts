import { Duration } from "aws-cdk-lib";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Errors, type IChainable, JsonPath, TaskInput, Timeout } from "aws-cdk-lib/aws-stepfunctions";
import { MessageAttributeDataType, SnsPublish } from "aws-cdk-lib/aws-stepfunctions-tasks";
import type { Construct } from "constructs";

/** What a state says when a function did not do its part, and where the way goes on. */
interface IncidentPage {
  topic: ITopic;
  /** One sentence; `{}` stands for the incident. */
  says: string;
  /** False where nobody knows yet which incident it is. */
  names: boolean;
  next: IChainable;
}

/** SNS is asked for about two minutes. A page that cannot be sent holds up nothing. */
const ASK_SNS = { errors: [Errors.ALL], interval: Duration.seconds(2), backoffRate: 2, maxAttempts: 5 };

/**
 * A state that tells people itself, by Step Functions' own integration with SNS: it needs no function, since it speaks
 * where functions fail. Its message is a plain text in every channel; `lib/alerts/slack/delivery.ts` reads it.
 */
export function incidentPage(scope: Construct, id: string, { topic, says, names, next }: IncidentPage): SnsPublish {
  const [before = "", after = ""] = says.split("{}");
  const text = names
    ? JsonPath.format(`Curfew: ${before}{}${after} ${WHAT_TO_DO}`, INCIDENT)
    : `Curfew: ${says} ${WHAT_TO_DO}`;
  const word = (value: string) => ({ dataType: MessageAttributeDataType.STRING, value });
  const page = new SnsPublish(scope, id, {
    topic,
    subject: "Curfew: an incident needs people now",
    message: TaskInput.fromText(text),
    messageAttributes: {
      kind: word("incident"),
      severity: word("critical"),
      ...(names && { tenant: word(JsonPath.stringAt("$.tenant")) }),
    },
    taskTimeout: Timeout.duration(Duration.minutes(1)),
    resultPath: JsonPath.DISCARD,
  });
  page.addRetry(ASK_SNS);
  page.addCatch(next, { errors: [Errors.ALL], resultPath: JsonPath.DISCARD });
  page.next(next);
  return page;
}

const INCIDENT = JsonPath.stringAt("$.incident");
const WHAT_TO_DO = "What to do: docs/runbook.md#an-incident-pages";
