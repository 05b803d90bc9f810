import { standingOf } from "../../../bin/incident/standing.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { THREE_AM } from "../../revocation/support.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { virtualClock } from "../../support/virtual-clock.ts";

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

/** How an incident stands some time after it was opened, with what a table holds. */
export const standing = (incident: Incident, after: number, table = memoryTable()) =>
  standingOf(incident, table, virtualClock(THREE_AM + after));
