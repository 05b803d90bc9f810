import type { AlertKind } from "../model/alert-kind.ts";
import type { Alert } from "./alert.ts";
import { moment } from "./change-alert.ts";
import { firstLines, harmless, shortened } from "./harmless-text.ts";

/** What SNS sends as a mail: plain text. */
export interface Email {
  subject: string;
  body: string;
}

/** SNS takes fewer than 100 characters. Source: SNS API reference, Publish, `Subject`. */
const LONGEST_SUBJECT = 99;

/** SNS adds how to unsubscribe; what is longer nobody reads in a mail, and all channels share 256 KB. */
const LONGEST_BODY = 40_000;

const LONGEST_LINE = 500;
const MOST_LINES = 250;

/** Renders an alert as a mail: the worst first, so that the first words on a locked phone say it. */
export function renderEmail(alert: Alert): Email {
  const { title, text, facts, steps, items, at, id } = alert;
  const line = (words: string): string => harmless(words, LONGEST_LINE);
  const parts = [
    [line(title)],
    [harmless(text, 2_000)],
    facts.map(({ label, value }) => `${line(label)}: ${line(value)}`),
    items.map((item) => `- ${line(item)}`),
    steps.length === 0 ? [] : ["What to do:", ...steps.map((step, index) => `${index + 1}. ${line(step)}`)],
    [`Curfew, ${moment(at)}`, line(id)],
  ];
  const body = parts
    .filter((lines) => lines.length > 0)
    .map((lines) => firstLines(lines, MOST_LINES).join("\n"))
    .join("\n\n");
  return { subject: subjectOf(alert), body: shortened(body, LONGEST_BODY) };
}

/** The word that a subject begins with where it is not the severity. */
const WORDS: { readonly [Kind in AlertKind]?: string } = { digest: "CURFEW", test: "TEST" };

/** The first line of every channel: how bad, then what and where. */
export const headline = ({ kind, severity, title }: Alert): string =>
  `${WORDS[kind] ?? severity.toUpperCase()} ${title}`;

/**
 * SNS's type documentation allows UTF-8, its API refused anything but ASCII that begins with a letter, digit or
 * punctuation mark for long, and mail programs garble the rest: so ASCII it is.
 */
function subjectOf(alert: Alert): string {
  const plain = toAscii(harmless(headline(alert), 2 * LONGEST_SUBJECT))
    .replace(/\s+/g, " ")
    .trim();
  return plain.length <= LONGEST_SUBJECT ? plain : `${plain.slice(0, LONGEST_SUBJECT - 3).trimEnd()}...`;
}

const ALIKE: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201C": '"',
  "\u201D": '"',
  "\u2013": "-",
  "\u2014": "-",
  "\u2265": ">=",
  "\u2264": "<=",
  "\u2192": "->",
};

/** Letters without their accents, quotation marks and dashes as a typewriter has them, a question mark for the rest. */
const toAscii = (text: string): string =>
  text
    .replace(/[\u2018-\u201D\u2013\u2014\u2192\u2264\u2265]/g, (character) => ALIKE[character] ?? "?")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7E]/gu, "?");
