import type { SnsParameters } from "./fauxqs-calls.ts";

/** A subject has fewer characters than this. Source: the documentation of SNS's Publish. */
const SUBJECT_LIMIT = 100;

/**
 * What is wrong with a message, in the words of SNS; undefined when nothing is.
 * The emulator checks neither of these, and a mail that the real service refuses must not arrive here.
 */
export function messageMistake({ Message = "", MessageStructure, Subject }: SnsParameters): string | undefined {
  if (Subject !== undefined && !isSubject(Subject)) return "Invalid parameter: Subject";
  if (MessageStructure !== "json") return undefined;
  const texts = parseObject(Message);
  if (!texts) return "Invalid parameter: Message Structure - JSON message body failed to parse";
  if (typeof texts.default === "string") return undefined;
  return "Invalid parameter: Message Structure - No default entry in JSON message body";
}

/** The text that subscribers of a protocol get: their own of a structured message, or its default. */
export function textFor(protocol: "sqs" | "email", { Message = "", MessageStructure }: SnsParameters): string {
  if (MessageStructure !== "json") return Message;
  const texts = parseObject(Message) ?? {};
  return String(texts[protocol] ?? texts.default);
}

/** Not empty, no line break, no control character. */
function isSubject(text: string): boolean {
  return text.length > 0 && text.length < SUBJECT_LIMIT && !/\p{Cc}/u.test(text);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // A text that is not JSON is the mistake that the caller reports.
    return undefined;
  }
}
