import { beforeMoment, boundedParts } from "../../rotation/bounded-parts.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import type { RotatedClient } from "../../rotation/ports.ts";
import type { Incident } from "../incident/incident.ts";
import type { RotateParts } from "./parts.ts";
import type { Place } from "./place.ts";
import { rotationOfIncident } from "./rotation-of-incident.ts";
import type { Suspects } from "./suspects.ts";

/** All that replacing needs to know. */
export interface Replacing {
  incident: Incident;
  parts: RotateParts;
  /** As an incident rotates, and no call is waited for beyond `end`. */
  rotation: RotationParts;
  end: number;
  place: Place;
  client: RotatedClient;
  suspects: Suspects;
}

/** As an incident rotates, and no call is begun or waited for beyond `end`. */
export function boundedBy(end: number, incident: Incident, parts: RotateParts): RotateParts {
  const rotation = boundedParts(rotationOfIncident(incident, parts), end);
  const createManaged: RotateParts["service"]["createManaged"] = (...secret) =>
    beforeMoment(parts.clock, end, () => parts.service.createManaged(...secret));
  return { ...parts, rotation, table: rotation.table, service: { createManaged } };
}
