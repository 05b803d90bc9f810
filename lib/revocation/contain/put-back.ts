import { CurfewError } from "../../model/curfew-error.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import { contain } from "./contain.ts";
import { detachKey } from "./detach-key.ts";
import { lock } from "./lock.ts";
import { look } from "./look.ts";
import { setNetworkAcl } from "./network-acl.ts";

/** Everything that is taken away, and everything that may be missing. */
const STEPS = [lock, detachKey, contain, setNetworkAcl, look] as const;

/**
 * Looks again at what was taken away: what something else put back is taken away again and told, and what is missing is
 * tried again. What a second person approved to give back stays.
 *
 * Each of these looks by itself: one that fails keeps none of the others back.
 *
 * @throws CurfewError the first failure to record or tell
 */
export async function putBack(incident: Incident, parts: IncidentParts): Promise<Incident> {
  let latest = incident;
  let failure: CurfewError | undefined;
  for (const step of STEPS) {
    try {
      latest = await step(latest, parts);
    } catch (error) {
      if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  return latest;
}
