import type { Outage, PlannedFault } from "../support/world/wire.ts";

/** One history and what strikes it. As JSON it is what a failing test prints and `--case` takes. */
export interface Case {
  /** The matrix's name. */
  matrix: string;
  scenario: string;
  faults: readonly PlannedFault[];
  outage?: Outage;
  /** Of what is random in the world; of the world's own choosing when left out. */
  seed?: number;
}

/** What became of it. */
export interface CaseResult {
  /** What must never be and was; or what is missing at the end. Empty for a case that holds. */
  problems: readonly string[];
  /** How many calls a planned fault could strike. */
  strikable: number;
  calls: readonly string[];
  /** The faults that struck, with the call that each one struck. */
  struck: readonly string[];
  /** Whether it came to what the matrix counts. */
  isNoted?: boolean;
}

/** Histories that must end well, whatever call of them fails. */
export interface Matrix {
  name: string;
  scenarios: readonly string[];
  /** What cases may come to that is no failure, and is counted. */
  noted?: string;
  /** Beginnings of calls that fail together while a service is out, beside each call; left out where none lasts. */
  outages?: readonly string[];
  run(one: Case): Promise<CaseResult>;
}
