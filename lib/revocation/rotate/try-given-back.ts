import type { Login } from "../../auth0/login.ts";
import { boundedParts } from "../../rotation/bounded-parts.ts";
import { whyNotDone } from "../incident/end-incident.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import { tryRestored } from "../restore/try-restored.ts";
import type { RotateParts } from "./parts.ts";
import { storedLogin } from "./prove.ts";
import { rotationOfIncident } from "./rotation-of-incident.ts";
import { seenClient } from "./seen-client.ts";
import { RECORDING } from "./step-record.ts";

/**
 * Tries what was given back with the credential that the vault holds now, and tells people what came of it. Whoever
 * gave it back cannot: it does not read the secrets of applications. Nothing where access is not given back, or is no
 * more this incident's matter.
 *
 * @throws CurfewError as reading the vault does, and `store-failed`
 */
export async function tryGivenBack(
  incident: Incident,
  parts: RotateParts & Pick<IncidentParts, "publisher">,
): Promise<Incident> {
  if (incident.steps.restore?.outcome !== "done" || incident.drill) return incident;
  if ((await whyNotDone(parts.table, incident, "restore")) !== null) return incident;
  return tryRestored(incident, parts, await currentLogin(incident, parts));
}

async function currentLogin(incident: Incident, given: RotateParts): Promise<Login | undefined> {
  const rotation = boundedParts(rotationOfIncident(incident, given), given.deadline - RECORDING);
  const { table } = rotation;
  const client = await seenClient(incident, rotation, table);
  return client && storedLogin(incident, client, { ...given, rotation, table });
}
