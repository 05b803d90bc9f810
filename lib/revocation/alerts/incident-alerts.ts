import type { Alert, Fact } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import { moment } from "../../alerts/change-alert.ts";
import { firstLines, harmless } from "../../alerts/harmless-text.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentSettings } from "../parts.ts";
import { decided, restored, waiting } from "./approval-alerts.ts";
import { closed } from "./closed-alert.ts";
import {
  added,
  contained,
  endsLater,
  leftUndone,
  locked,
  notContained,
  notStored,
  opened,
  putBack,
} from "./containment-alerts.ts";
import { inDrill } from "./drill-alerts.ts";
import type { IncidentTurn } from "./incident-turn.ts";
import { blind, found, logGap, plantedUsed, used } from "./log-alerts.ts";
import { iso, nameOf, type Told } from "./told.ts";

/** Lines of one alert: what is more is in the incident. */
const MOST_LINES = 50;

/**
 * What everybody hears about a turn of an incident. The same turn is the same alert, however often it is computed and
 * whatever is known by then.
 *
 * @param settings who hears of the tenant beside everybody else, and whether a person's machine answers alone
 */
export function incidentAlert(
  incident: Incident,
  { owner, isAlone = false }: Pick<IncidentSettings, "owner" | "isAlone">,
  turn: IncidentTurn,
): Alert {
  const real = tell(incident, turn, isAlone);
  const told = incident.drill ? inDrill(incident, turn, real) : real;
  const { severity, title, text, steps, items = [], facts = [], matter, at } = told;
  const drill = "Drill, nothing is changed: ";
  return {
    id: alertId("incident", incident.id, turn.turn, ...matter),
    kind: "incident",
    severity,
    tenant: incident.tenant,
    owner,
    title: `${incident.drill ? drill : ""}${incident.tenant}: ${title}`,
    text: incident.drill ? `This is a drill: Curfew says what it would do, and changes nothing. ${text}` : text,
    facts: [...commonFacts(incident), ...facts],
    steps: [...steps, `How it stands: npx curfew incidents show ${incident.id}`, "More: docs/revocation.md"],
    items: firstLines(
      items.map((item) => harmless(item, 400)),
      MOST_LINES,
    ),
    at: iso(at),
  };
}

const commonFacts = (incident: Incident): Fact[] => [
  { label: "Tenant", value: incident.tenant },
  { label: "Application", value: nameOf(incident) },
  { label: "Incident", value: incident.id },
  { label: "Reason", value: harmless(incident.reason, 300) },
  { label: "Started by", value: `${harmless(incident.openedBy, 200)}, ${moment(iso(incident.openedAt))}` },
  ...(incident.leak
    ? [{ label: incident.drill ? "What would have leaked" : "What leaked", value: incident.leak.kind }]
    : []),
];

/** One function for each turn: the compiler misses the one that is not there. */
function tell(incident: Incident, turn: IncidentTurn, isAlone: boolean): Told {
  switch (turn.turn) {
    case "opened":
      return opened(incident);
    case "locked":
      return locked(incident, turn);
    case "contained":
      return contained(incident, turn);
    case "ends-later":
      return endsLater(incident, turn);
    case "not-contained":
      return notContained(incident, turn);
    case "left-undone":
      return leftUndone(incident, turn);
    case "not-stored":
      return notStored(incident, turn);
    case "used":
      return used(incident, turn, isAlone);
    case "planted-used":
      return plantedUsed(incident, turn);
    case "put-back":
      return putBack(incident, turn);
    case "added":
      return added(incident, turn);
    case "waiting":
      return waiting(incident, turn);
    case "decided":
      return decided(incident, turn);
    case "restored":
      return restored(incident, turn);
    case "log-gap":
      return logGap(incident, turn);
    case "blind":
      return blind(incident, turn);
    case "found":
      return found(incident, turn, isAlone);
    case "closed":
      return closed(incident, turn);
  }
}
