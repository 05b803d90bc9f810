import stringWidth from "string-width";
import type { Instant } from "../../lib/history/history.ts";
import { briefText, terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import { isOver, momentOf, windowLine } from "../../lib/revocation/window/window-text.ts";
import { plainTable } from "../plain-table.ts";
import { minuteOf, stateWords } from "./incident-text.ts";
import type { Standing } from "./standing.ts";

const HEAD = ["opened (UTC)", "incident", "tenant", "application", "state", "tokens work until"];

/** All incidents, one a line; where the terminal is too narrow for that, a few lines each. */
export function incidentList(standings: readonly Standing[], width: number): string {
  const rows = standings.map(cells);
  const table = plainTable([HEAD, ...rows]);
  const isWide = table.split("\n").some((line) => stringWidth(line) > width);
  return isWide ? rows.map((row) => entry(row, width)).join("\n") : table;
}

const cells = ({ incident, ...known }: Standing): string[] => [
  minuteOf(incident.openedAt),
  incident.id,
  terminalText(incident.tenant),
  briefText(incident.clientId, 40),
  stateWords({ incident, ...known }),
  untilWhen({ incident, ...known }),
];

function untilWhen({ incident, window, now }: Omit<Standing, "waiting">): string {
  if (window === null) return "never computed";
  if (incident.drill) return `${momentOf(endOf(window))} (would)`;
  if (incident.window === null) return `${momentOf(endOf(window))} (a bound)`;
  return `${windowLine(window)}${isOver(window, now) ? " (over)" : ""}`;
}

const endOf = (window: ExposureWindow): Instant => (window.state === "closes" ? window.at : window.knownUntil);

function entry(
  [opened = "", id = "", tenant = "", client = "", state = "", until = ""]: string[],
  width: number,
): string {
  const lines = [`${state}; ${client} in ${tenant}`, `opened ${opened} UTC`, `tokens work until: ${until}`];
  return [id, ...lines.map((line) => wrapped(line, width, "  ", "    "))].join("\n");
}
