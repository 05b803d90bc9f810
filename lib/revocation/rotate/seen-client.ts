import type { RotationParts } from "../../rotation/parts.ts";
import type { RotatedClient } from "../../rotation/ports.ts";
import type { Table } from "../../store/table.ts";
import { tried } from "../contain/tried.ts";
import type { Incident } from "../incident/incident.ts";
import { isNotThere } from "../incident/nowhere.ts";
import { readPreserved } from "../incident/preserve.ts";
import type { RevokedClient } from "../ports.ts";
import { targetOfIncident } from "./rotation-of-incident.ts";

/** The application, seen with the rotator's login; undefined when it is gone. */
export async function clientOf(incident: Incident, rotation: RotationParts): Promise<RotatedClient | undefined> {
  const anyone = targetOfIncident(incident, "", "client-secret", rotation.clock.now());
  return (await rotation.tenant(anyone)).client();
}

/** How the application authenticates. */
export type SeenClient = Pick<RotatedClient, "attachedKeys">;

/**
 * The application as the rotator sees it or, where that one cannot look, as the incident saw it first: a rotator that
 * leaked is locked itself, and some tenants have none. A proof needs neither.
 *
 * @returns undefined when it is gone, or was never there
 * @throws CurfewError where nobody has looked for it
 */
export async function seenClient(
  incident: Incident,
  rotation: RotationParts,
  table: Table,
): Promise<SeenClient | undefined> {
  const seen = await tried(() => clientOf(incident, rotation));
  if ("value" in seen) return seen.value;
  if (isNotThere(incident)) return undefined;
  const kept = await readPreserved<RevokedClient>(table, incident, "client");
  if (!kept) throw seen.error;
  return kept;
}
