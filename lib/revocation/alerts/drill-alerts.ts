import type { Incident } from "../incident/incident.ts";
import { momentOf, windowLine, windowSentences } from "../window/window-text.ts";
import type { IncidentTurn } from "./incident-turn.ts";
import { nameOf, type Told, type Turn } from "./told.ts";

/**
 * The same turn of a drill: what would be done and would have been, since nothing was. Nobody is sent anywhere, but for
 * an answer that the drill waits for.
 */
export function inDrill(incident: Incident, turn: IncidentTurn, told: Told): Told {
  return { ...told, steps: [NOTHING_TO_DO], ...conditional(incident, turn) };
}

const NOTHING_TO_DO = "Nothing to do: this is a drill.";

function conditional(incident: Incident, turn: IncidentTurn): Partial<Told> {
  const name = nameOf(incident);
  switch (turn.turn) {
    case "opened":
      return {
        title: `a drill begins, as if ${name} had leaked`,
        text: "In an emergency Curfew would look at the application now, and lock it where that stops what leaked. What would come next is told here.",
      };
    case "locked":
      return {
        title: `${name} would be locked by now: it would get no new token for itself`,
        text: "What uses the application could not log in from then on. Tokens that are out would keep working; until when is told once that is computed.",
      };
    case "contained":
      return wouldBeContained(incident, turn);
    case "not-contained":
      return {
        title: `${name} would NOT be contained yet`,
        text: "Below is exactly what could not be walked through. In an emergency whoever has what leaked might still get new tokens.",
      };
    case "added":
      return {
        title: `something was added to ${name} during the drill: whoever has it can log in as it`,
        text: "It was not there at the first look, and did not come from Curfew. In an emergency a second person would have to see it in the plan before access is given back.",
      };
    case "left-undone":
      return { text: "Below is exactly what could not be walked through. In an emergency it would be missing, too." };
    case "waiting":
      return wouldWait(incident, turn);
    case "decided":
      return {
        text:
          turn.decision === "approve" ? "In an emergency Curfew would do it now." : "Everything would stay as it is.",
      };
    case "restored":
      return { title: `${name} would be restored`, text: "It would have what was approved, and nothing else." };
    case "found":
      return {
        title: `what would be told of ${name}: ${turn.exposed.length} that might be exposed or planted`,
        text: "If it had leaked, what the tenant's log has of it since might be the thief's. In a drill most of that is its ordinary work.",
      };
    case "closed":
      return { title: `the drill about ${name} is over`, text: "Nothing was changed. The evidence holds its minutes." };
    default:
      return {};
  }
}

function wouldBeContained(incident: Incident, { at }: Turn<"contained">): Partial<Told> {
  const { window } = incident;
  const until =
    window?.state === "closes"
      ? `tokens already out would work until ${momentOf(window.at)}`
      : "the window would be open";
  return {
    title: `${nameOf(incident)} would be contained; ${until}`,
    text: [
      "No new token would be given out.",
      ...windowSentences(window, at, incident),
      "Curfew would watch the tenant's log until then; a drill is over with its answers, or after a day.",
    ].join(" "),
    facts: [{ label: "Tokens would work until", value: windowLine(window) }],
  };
}

function wouldWait({ id }: Incident, { step, until }: Turn<"waiting">): Partial<Told> {
  return {
    text: `In an emergency a person who did not start it would decide now. To rehearse that, somebody answers until ${momentOf(until)}: nothing is done by a yes, and without an answer the drill ends by itself.`,
    steps: [
      `Nothing has to be done. To rehearse a yes: npx curfew approve ${id} ${step}`,
      `To rehearse a no: npx curfew reject ${id} ${step}`,
    ],
  };
}
