import * as z from "zod";
import { DURATION_PATTERN, days, formatDuration, parseDuration, type Seconds } from "../model/duration.ts";

/** What an editor shows about a key. */
export type Help = {
  title: string;
  description: string;
};

/** The form of a duration, as a sentence names it. */
const DURATION_FORM = "a duration is a whole number from 1 and a unit, as 90d, 12h, 30m or 45s";

/** Nothing that Curfew watches may live longer than Auth0's own longest lifetimes; more is a slip of the keyboard. */
const LONGEST_DURATION = days(3650);
const TOO_LONG = `a duration is at most ${formatDuration(LONGEST_DURATION).replace(" ", "")}`;

/** Reads a duration, or says in one sentence why it is none. */
export function readDuration(value: unknown): { seconds: Seconds } | { mistake: string } {
  const seconds = typeof value === "string" ? parseDuration(value) : undefined;
  if (seconds === undefined) return { mistake: DURATION_FORM };
  return seconds > LONGEST_DURATION ? { mistake: TOO_LONG } : { seconds };
}

/** A duration in the file, seconds once parsed. */
export const duration = (help: Help) =>
  z
    .string({ error: ({ input }) => (input === undefined || input === null ? undefined : DURATION_FORM) })
    .regex(DURATION_PATTERN, { error: DURATION_FORM })
    .meta({ ...help, examples: ["90d", "12h", "30m", "45s"] })
    .transform((text, context): Seconds => {
      const result = readDuration(text);
      if ("seconds" in result) return result.seconds;
      context.issues.push({ code: "custom", message: result.mistake, input: text });
      return z.NEVER;
    });

/** Free text of one or more words. */
export const words = (help: Help) =>
  z
    .string()
    .regex(/\S/, { error: "this is empty; write something here" })
    .max(500, { error: "this is longer than 500 characters" })
    .meta(help);

/** A text of a fixed form. The sentence may depend on what was written, but must not repeat it. */
export const formed = (help: Help, pattern: RegExp, sentence: string | ((written: string) => string)) =>
  z
    .string()
    .regex(pattern, {
      error: ({ input }) => (typeof sentence === "string" ? sentence : sentence(String(input))),
    })
    .meta(help);

/** Good enough to catch slips; whether the address exists, only a mail can tell. */
const EMAIL = /^[^\s@<>(),;:"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;

/**
 * An address, in lower case once parsed: SNS compares the letters of its filters, and an owner who is written
 * differently in two places would be two people, of whom one hears nothing.
 */
export const email = (help: Help) =>
  z
    .string()
    .regex(EMAIL, { error: "this is not an email address; write it as oncall@acme.example" })
    .toLowerCase()
    .meta(help);

/** One of Curfew's words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(help: Help, words: Words) =>
  z.enum(words).meta(help);

/** Several of something. */
export const listOf = <Item extends z.ZodType>(help: Help, item: Item) => z.array(item).meta(help);

/** A whole number between two others. */
export const whole = (help: Help, least: number, most: number) =>
  z
    .number()
    .int({ error: `this must be a whole number from ${least} to ${most}` })
    .min(least, { error: `this must be a whole number from ${least} to ${most}` })
    .max(most, { error: `this must be a whole number from ${least} to ${most}` })
    .meta(help);
