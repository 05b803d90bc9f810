import { elementText, type Fauxqs, type SnsParameters } from "./fauxqs-calls.ts";
import { messageMistake, textFor } from "./message-text.ts";
import type { PostOffice } from "./post-office.ts";

/**
 * Adds to the emulator what it lacks of SNS: one text per protocol, limits of subjects, and subscriptions by email
 * with their confirmation. Must be called before the emulator listens.
 *
 * @param arrived called when a message was accepted, before its sender hears of it
 */
export function watchSns(fauxqs: Fauxqs, postOffice: PostOffice, arrived: () => void): void {
  /** What was asked for, before a message's text was replaced. */
  const asked = new WeakMap<object, SnsParameters>();

  fauxqs.addHook("preHandler", async (request, reply) => {
    const parameters = snsParameters(request.body);
    if (!parameters) return undefined;
    asked.set(request, parameters);
    const refusal = refusalOf(parameters);
    if (refusal) return reply.status(400).header("content-type", "text/xml").send(errorXml(refusal));
    if (parameters.Action === "Publish") request.body = forQueues(parameters);
    return undefined;
  });

  fauxqs.addHook("onSend", async (request, reply, payload) => {
    if (reply.statusCode !== 200) return payload;
    if (String(request.headers["x-amz-target"]).startsWith("AmazonSQS.SendMessage")) arrived();
    const parameters = asked.get(request);
    if (!parameters || typeof payload !== "string") return payload;
    const answer = await afterwards(postOffice, parameters, payload);
    if (parameters.Action === "Publish") arrived();
    return answer;
  });
}

function snsParameters(body: unknown): SnsParameters | undefined {
  const isForm = typeof body === "object" && body !== null && "Action" in body;
  return isForm ? (body as SnsParameters) : undefined;
}

function refusalOf(parameters: SnsParameters): { code: string; message: string } | undefined {
  if (parameters.Action === "PublishBatch") {
    return { code: "InvalidAction", message: "The sandbox does not know PublishBatch; publish one by one." };
  }
  if (parameters.Action !== "Publish") return undefined;
  const mistake = messageMistake(parameters);
  return mistake === undefined ? undefined : { code: "InvalidParameter", message: mistake };
}

/** The emulator sends the text as it is, so it gets the one that is meant for queues. */
function forQueues({ MessageStructure: _structure, ...parameters }: SnsParameters): SnsParameters {
  return { ...parameters, Message: textFor("sqs", { ...parameters, MessageStructure: _structure ?? "" }) };
}

/** Does for email what the emulator does not, and gives the answer as SNS words it. */
async function afterwards(postOffice: PostOffice, parameters: SnsParameters, xml: string): Promise<string> {
  const { Action = "", Protocol, SubscriptionArn = "" } = parameters;
  if (Action === "Publish") await postOffice.deliver(parameters);
  if (Action === "Unsubscribe") postOffice.unsubscribe(SubscriptionArn);
  if (Action === "SetSubscriptionAttributes") await postOffice.change(parameters);
  if (Action === "ConfirmSubscription") postOffice.confirmed(elementText(xml, "SubscriptionArn") ?? "");
  if (Action === "Subscribe" && Protocol === "email") return subscribed(postOffice, parameters, xml);
  if (Action.startsWith("ListSubscriptions")) return withoutPendingArns(postOffice, xml, "PendingConfirmation");
  return xml;
}

async function subscribed(postOffice: PostOffice, parameters: SnsParameters, xml: string): Promise<string> {
  await postOffice.subscribe(elementText(xml, "SubscriptionArn") ?? "", parameters);
  if (parameters.ReturnSubscriptionArn === "true") return xml;
  return withoutPendingArns(postOffice, xml, "pending confirmation");
}

/** A subscription that waits for confirmation does not show its ARN. */
function withoutPendingArns(postOffice: PostOffice, xml: string, instead: string): string {
  return xml.replaceAll(/<SubscriptionArn>([^<]*)<\/SubscriptionArn>/g, (element, arn: string) =>
    postOffice.isPending(arn) ? `<SubscriptionArn>${instead}</SubscriptionArn>` : element,
  );
}

function errorXml({ code, message }: { code: string; message: string }): string {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return `<ErrorResponse>${error}<RequestId>${crypto.randomUUID()}</RequestId></ErrorResponse>`;
}
