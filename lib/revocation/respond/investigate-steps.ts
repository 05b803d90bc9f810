import { type ClosingParts, closeIncident } from "../close/close.ts";
import { untilNextLook } from "../close/not-over.ts";
import type { Incident } from "../incident/incident.ts";
import type { InvestigateStep } from "../incident-machine.ts";
import type { Inventories } from "../investigate/inventories.ts";
import { investigate } from "../investigate/investigate.ts";
import { readInvestigation } from "../investigate/investigation-record.ts";
import { isPointless, lookingPause } from "./looking.ts";
import { ON, type Way } from "./way.ts";

/** Everything that the steps work with that see the whole tenant, and change nothing in it. */
export interface InvestigateParts extends ClosingParts {
  inventories: Inventories;
}

/** What each state of the machine does that has not the responder's login. Every step records how far it came itself. */
export const investigateSteps: Readonly<
  Record<InvestigateStep, (incident: Incident, parts: InvestigateParts) => Promise<Way>>
> = {
  investigate: async (incident, parts) => {
    if (incident.ended) return ON;
    const isLast = isPointless(incident, parts.clock.now());
    const known = await investigate(incident, parts, parts.inventories, isLast);
    const isAgain = (await readInvestigation(parts.table, incident.id))?.value.triedAgain;
    return isAgain ? { next: "again", wait: lookingPause(known, parts.clock.now()) } : ON;
  },
  close: async (incident, parts) => {
    const known = await closeIncident(incident, parts);
    return known.closedAt === null ? { next: "again", wait: untilNextLook(known, parts.clock.now()) } : ON;
  },
};
