import { terminalText } from "../../lib/reports/terminal-text.ts";
import type { SlackMessage } from "../../lib/sandbox/cloud/start-slack.ts";

/** What a person reads of a post: the texts of its blocks in their order, or its own text where it has none. */
export function slackText({ text, blocks }: SlackMessage["body"]): string {
  const texts = textsIn(blocks);
  const shown = texts.length > 0 ? texts.join("\n") : typeof text === "string" ? text : "";
  return shown.split("\n").map(terminalText).join("\n");
}

/** Every `text` of Block Kit, wherever it stands. A field's first line is its label. */
function textsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === "text" && typeof inner === "string") return [inner];
    const texts = textsIn(inner);
    return key === "fields" ? texts.map((text) => text.replace("\n", ": ")) : texts;
  });
}
