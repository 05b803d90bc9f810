import type { Alert } from "../alert.ts";
import { moment } from "../change-alert.ts";
import { headline } from "../email.ts";
import { harmless, shortened } from "../harmless-text.ts";

/**
 * Text in which Slack reads nothing: no mentions, no links, no formatting. Names in it are chosen by strangers, so
 * everything in a block is of this type.
 */
interface PlainText {
  type: "plain_text";
  text: string;
  emoji: false;
}

export type SlackBlock =
  | { type: "header"; text: PlainText }
  | { type: "section"; text: PlainText }
  | { type: "section"; fields: PlainText[] }
  | { type: "context"; elements: PlainText[] };

/** What an incoming webhook takes. */
export interface SlackMessage {
  /** What a notification shows. Slack reads its formatting language here. */
  text: string;
  blocks: SlackBlock[];
}

/**
 * Characters. Slack's documentation (Block Kit reference) allows 150 in a header, 3,000 in a section, 10 fields of
 * 2,000 and 50 blocks; all blocks together are refused from about 13,000 on, which it does not document
 * (slackapi/bolt-js issue 2509). These add up to less than 11,000 and 7 blocks.
 */
const LONGEST = { header: 150, text: 1_500, label: 60, value: 300, list: 3_000, steps: 1_500, line: 400 } as const;
const MOST_FIELDS = 10;

/** Renders an alert in Block Kit. */
export function renderSlack(alert: Alert): SlackMessage {
  const { text, facts, steps, items, at, id } = alert;
  const fields = facts.slice(0, MOST_FIELDS).map(({ label, value }) => plain(factText(label, value)));
  const blocks: SlackBlock[] = [
    { type: "header", text: plain(harmless(headline(alert), LONGEST.header)) },
    ...section(harmless(text, LONGEST.text)),
    ...(fields.length === 0 ? [] : [{ type: "section" as const, fields }]),
    ...section(
      list(
        items.map((item) => `• ${item}`),
        LONGEST.list,
      ),
    ),
    ...section(
      list(
        steps.map((step, index) => `${index + 1}. ${step}`),
        LONGEST.steps,
      ),
    ),
    { type: "context", elements: [plain(`Curfew, ${moment(at)}, ${harmless(id, 100)}`)] },
  ];
  return { text: escaped(harmless(headline(alert), LONGEST.line)), blocks };
}

const plain = (text: string): PlainText => ({ type: "plain_text", text, emoji: false });

/** Slack refuses a section whose text is empty. */
const section = (text: string): SlackBlock[] => (text === "" ? [] : [{ type: "section", text: plain(text) }]);

const factText = (label: string, value: string): string =>
  `${harmless(label, LONGEST.label)}\n${harmless(value, LONGEST.value)}`;

/** As many lines as there is room for, and how many there are beside them. */
function list(lines: readonly string[], most: number): string {
  const room = most - "\nand 1,000,000 more".length;
  let text = "";
  for (const [index, line] of lines.entries()) {
    const next = `${index === 0 ? "" : "\n"}${harmless(line, LONGEST.line)}`;
    if (text.length + next.length > room) return `${text}\nand ${(lines.length - index).toLocaleString("en")} more`;
    text += next;
  }
  return shortened(text, most);
}

/** The three characters with which Slack's mentions and links begin. Source: Slack documentation, "Escaping text". */
/** For a text in which Slack reads its formatting language. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
