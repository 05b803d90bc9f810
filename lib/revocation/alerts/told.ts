import type { Fact } from "../../alerts/alert.ts";
import { harmless } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import type { Severity } from "../../model/severity.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentTurn } from "./incident-turn.ts";

/** What differs from turn to turn. */
export interface Told {
  severity: Severity;
  /** Goes behind `tenant: `. */
  title: string;
  text: string;
  steps: readonly string[];
  items?: readonly string[];
  facts?: readonly Fact[];
  /** What tells this turn from others of its kind; nothing that a replay may change. */
  matter: readonly (string | number)[];
  at: Instant;
}

export type Turn<Name extends IncidentTurn["turn"]> = Extract<IncidentTurn, { turn: Name }>;

/** The application, for people. */
export const nameOf = ({ clientId }: Pick<Incident, "clientId">): string => harmless(clientId, 80);

export const iso = (instant: Instant): string => new Date(instant).toISOString();
