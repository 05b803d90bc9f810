import type { SnsParameters } from "./fauxqs-calls.ts";

/** What `sns:publish` of Step Functions takes: the parameters of SNS. A message that is no text is its JSON. */
export interface PublishParameters {
  TopicArn: string;
  Message: unknown;
  Subject?: string;
  MessageStructure?: string;
  MessageAttributes?: Readonly<Record<string, { DataType: string; StringValue: string }>>;
}

/** The same as a form. Source: Amazon SNS API reference, Publish. */
export function publishForm({ Message, MessageAttributes = {}, ...texts }: PublishParameters): SnsParameters {
  const attributes = Object.entries(MessageAttributes).flatMap(([name, { DataType, StringValue }], index) => {
    const entry = `MessageAttributes.entry.${index + 1}`;
    return [
      [`${entry}.Name`, name],
      [`${entry}.Value.DataType`, DataType],
      [`${entry}.Value.StringValue`, StringValue],
    ] as const;
  });
  const message = typeof Message === "string" ? Message : JSON.stringify(Message);
  return { ...texts, Message: message, ...Object.fromEntries(attributes) };
}
