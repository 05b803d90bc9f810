import type { Incident } from "./incident.ts";
import { nowhereSince } from "./nowhere.ts";

/** What only people can do, one step a line; empty while nobody knows what leaked. */
export function stepsForPeople(incident: Pick<Incident, "id" | "tenant" | "leak" | "steps">): readonly string[] {
  return nowhereSince(incident) === null ? (incident.leak?.steps ?? []) : findTheRightOne(incident);
}

/** Nobody knows whether the id was mistyped: until it is looked up, the application that leaked may be untouched. */
const findTheRightOne = ({ id, tenant }: Pick<Incident, "id" | "tenant">): string[] => [
  `Look the id up in the dashboard, Applications > Applications. If it was mistyped, the real application is untouched; start again with the right id: npx curfew revoke --tenant ${tenant} --client ID --reason …`,
  `Then end this incident: npx curfew incidents close ${id} --reason mistyped`,
  "If the application was deleted, nothing new is given out for it; tokens that are out work until they are over.",
];
