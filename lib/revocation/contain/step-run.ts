import type { Instant } from "../../history/history.ts";
import type { HowFar } from "../incident/how-far.ts";
import { cameToItsEnd, type Incident, type IncidentStep } from "../incident/incident.ts";
import type { TimelineEntry } from "../incident/timeline.ts";
import type { Classification } from "../leak/classify.ts";
import type { IncidentParts } from "../parts.ts";
import type { ResponderTenant } from "../ports.ts";
import type { Keeping } from "./keeping.ts";

/** One run of a step, from its first look to its record. */
export interface StepRun {
  readonly step: IncidentStep;
  readonly incident: Incident;
  readonly parts: IncidentParts;
  /** The tenant, as long as there is time left to record what came of it. */
  readonly tenant: ResponderTenant;
  readonly keeping: Keeping;
  /** What was done, to be written into the timeline. */
  readonly entries: TimelineEntry[];
  /** What could not be stored and was told, one thing a line. */
  readonly told: Set<string>;
  /** What had been taken away and was there again. */
  putBack: { at: Instant; what: readonly string[] } | undefined;
  /** By which incident this run judged what is there, and how far giving access back was then; undefined until then. */
  judgedBy: { id: string; howFar: HowFar } | undefined;
  /** What leaked, where this run found out. */
  leak: Classification | undefined;
}

/**
 * Whether an earlier run of the step came to its end; what is found after that was put back. That stays so until it is
 * taken away again: who looked first may have failed before it could say so.
 */
export const wasComplete = ({ incident, step }: Pick<StepRun, "incident" | "step">): boolean =>
  cameToItsEnd(incident.steps[step]);
