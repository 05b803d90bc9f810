import { terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import type { Started } from "../../lib/revocation/desk/orders.ts";
import type { LeakRequest } from "./incident-request.ts";
import { minuteOf } from "./incident-text.ts";

/**
 * That an incident is open or, where it was before, with what reason: that one stands, whatever is reported now.
 *
 * @param goesOn what holds from now on, as a sentence; empty for nothing
 */
export function openedText(
  { incident, joined, byApprover }: Started,
  request: Pick<LeakRequest, "reason" | "leakedSince">,
  goesOn: string,
  width: number,
): string {
  const lines = joined ? joinedLines(incident, joined, request) : [`The incident ${incident} is open.`];
  const said = [...lines, ...(byApprover ? [OTHER_APPROVER] : []), goesOn];
  return `\n${wrapped(terminalText(said.join(" ").trim()), width)}\n`;
}

const OTHER_APPROVER =
  "Who opened it is among the approvers and cannot approve it: nothing is given back before another one of them agrees, and never where there is no other.";

function joinedLines(
  id: string,
  { openedAt, openedBy, reason, leakedSince }: NonNullable<Started["joined"]>,
  request: Pick<LeakRequest, "reason" | "leakedSince">,
): string[] {
  const said = leakedSince === null ? "nobody said it" : `${minuteOf(leakedSince)} UTC`;
  return [
    `The incident ${id} was open already: ${openedBy} opened it at ${minuteOf(openedAt)} UTC.`,
    ...(reason === request.reason ? [] : [`Its first reason stands: ${reason}. Yours is in its timeline.`]),
    ...(request.leakedSince === null || request.leakedSince === leakedSince
      ? []
      : [`Since when it has leaked stands as it was said first, too: ${said}.`]),
  ];
}
