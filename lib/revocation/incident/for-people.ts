import { harmless } from "../../alerts/harmless-text.ts";
import { classify } from "../leak/classify.ts";
import { closeByHand, REVOKE_USERS_ACCESS } from "../leak/leak-kinds.ts";
import { waitsForRefreshTokens } from "../window/window.ts";
import type { Incident } from "./incident.ts";
import { aclSteps } from "./network-rule.ts";
import { nowhereSince } from "./nowhere.ts";

/** What is known of an incident, as far as people's steps follow from it. */
type Known = Pick<Incident, "id" | "tenant" | "clientId" | "drill" | "isLocal" | "token" | "leak" | "steps" | "window">;

/** What only people can do, one step a line; what closes the application at once comes first, where Curfew could not. */
export function stepsForPeople(incident: Known): readonly string[] {
  if (nowhereSince(incident) !== null) return findTheRightOne(incident);
  const known = [...aclSteps(incident), ...(incident.leak?.steps ?? [])];
  const steps = isToBeClosed(incident) ? [...closeByHand(incident.clientId), ...known] : known;
  return waitsForRefreshTokens(incident.window) ? [...steps, ...endRefreshTokens(steps, incident)] : steps;
}

/** Also while nothing was heard of the first step, where closing the application is what stops such a leak. */
function isToBeClosed({
  drill,
  steps: { lock },
  ...report
}: Pick<Incident, "clientId" | "drill" | "token" | "leak" | "steps">): boolean {
  if (drill || lock !== undefined) return !drill && lock?.outcome === "incomplete";
  const { levers } = report.leak ?? classify({ ...report, client: undefined, own: null });
  return levers.includes("lock");
}

/** What ends a window that refresh tokens keep open; some kinds of leaks have the first half of it among their steps. */
function endRefreshTokens(steps: readonly string[], incident: Known): string[] {
  const isSaid = steps.some((step) => step.includes(REVOKE_USERS_ACCESS));
  return [
    ...(isSaid ? [] : [`For every user of the application: ${REVOKE_USERS_ACCESS}`]),
    `When all refresh tokens are gone, say so, and the window can close: npx curfew incidents refresh-tokens-revoked ${incident.id}${hereOnly(incident)}`,
  ];
}

/** What names an incident of a person's folder in a command: without it AWS is asked. */
const hereOnly = ({ isLocal }: Known): string => (isLocal ? " --local" : "");

/** Nobody knows whether the id was mistyped: until it is looked up, the application that leaked may be untouched. */
const findTheRightOne = (incident: Known): string[] => [
  `Look the id up in the dashboard, Applications > Applications. If it was mistyped, the real application is untouched; start again with the right id: npx curfew revoke${hereOnly(incident)} --tenant ${incident.tenant} --client ID --reason …${incident.drill ? " --drill" : ""}`,
  `Then end this incident: npx curfew incidents close ${incident.id}${hereOnly(incident)} --reason mistyped`,
  "If the application was deleted, nothing new is given out for it; tokens that are out work until they are over.",
];

/**
 * How an application gets tokens again that got none when the incident first looked: nothing of it gives that back.
 *
 * @param guards the incidents that take it away again
 */
export const unlockByHand = ({ clientId }: Pick<Incident, "clientId">, guards: readonly string[]): string[] => [
  ...(guards.length > 0
    ? [
        `Until these are closed or ended, Curfew takes the grant type away again: ${guards.map((id) => `npx curfew incidents close ${id} --reason '…'`).join("; ")}`,
      ]
    : []),
  `Tick Client Credentials in the dashboard, Applications > Applications > ${harmless(clientId, 80)} > Settings > Advanced Settings > Grant Types, and save; under APIs, authorize it for what is still missing.`,
  "Where revoke --local closed it, npx curfew incidents --local names that incident, and npx curfew incidents show ID --local what it took away.",
];
