import { CurfewError } from "../../model/curfew-error.ts";
import type { Seconds } from "../../model/duration.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import { contain } from "./contain.ts";
import { detachKey } from "./detach-key.ts";
import { lock } from "./lock.ts";
import { look } from "./look.ts";
import { setNetworkAcl } from "./network-acl.ts";
import { type ContainingStep, nextStep, type RespondStep } from "./respond-order.ts";

/** What came of a round. */
export interface Round {
  incident: Incident;
  /** How long to wait before the next round; null when the rest of the incident need not wait for one. */
  again: Seconds | null;
}

const STEPS: Readonly<Record<ContainingStep, (incident: Incident, parts: IncidentParts) => Promise<Incident>>> = {
  lock,
  "detach-key": detachKey,
  contain,
  "network-acl": setNetworkAcl,
  look,
};

const isContaining = (step: RespondStep): step is ContainingStep => Object.hasOwn(STEPS, step);

/**
 * Does what contains a leak, one after the other, as far as it is not done yet. One that cannot even be recorded keeps
 * none of the others back.
 *
 * @throws CurfewError `store-failed`, after all of them, when one could not be recorded or told
 */
export async function containRound(incident: Incident, parts: IncidentParts): Promise<Round> {
  let latest = incident;
  let after: RespondStep | undefined;
  let failure: CurfewError | undefined;
  for (;;) {
    const { step, wait } = nextStep(latest, parts.clock.now(), after);
    const isOver = !isContaining(step) || wait > 0 || parts.clock.now() >= parts.deadline;
    if (isOver && failure) throw failure;
    if (isOver) return { incident: latest, again: isContaining(step) ? wait : null };
    try {
      latest = await STEPS[step](latest, parts);
    } catch (error) {
      if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
      failure ??= error;
    }
    after = step;
  }
}
