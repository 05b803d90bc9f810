import type { Instant } from "../../lib/history/history.ts";
import { ASKED_STEPS, answeredSince, askedRow } from "../../lib/revocation/approvals/asked.ts";
import { countsSince } from "../../lib/revocation/approvals/counts-since.ts";
import { whyNotDone } from "../../lib/revocation/incident/end-incident.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { momentOf } from "../../lib/revocation/window/window-text.ts";
import type { Table } from "../../lib/store/table.ts";

/** What waits for a second person, with the command that shows and answers it: one thing a line. */
export async function waitingLines(table: Table, incident: Incident, now: Instant): Promise<string[]> {
  const { id, drill } = incident;
  const lines: string[] = [];
  for (const step of ASKED_STEPS) {
    if ((await whyNotDone(table, incident, step)) !== null) continue;
    const row = (await askedRow(table, id, step))?.value;
    const asked = row && answeredSince(row, await countsSince(table, incident, step));
    if (asked && asked.decision === null && asked.until > now) {
      lines.push(
        drill
          ? `In an emergency a second person would decide about ${step}; to rehearse that until ${momentOf(asked.until)}: npx curfew approve ${id} ${step}`
          : `A second person decides about ${step} until ${momentOf(asked.until)}: npx curfew approve ${id} ${step}`,
      );
    }
  }
  return lines;
}
