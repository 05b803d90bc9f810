import type { SectionName } from "../../inventory/inventory.ts";
import type { AcceptedException } from "../../model/finding.ts";
import type { Resource, ResourceType } from "../../model/resource.ts";
import type { Severity } from "../../model/severity.ts";
import type { TenantAudit } from "../tenant-audit.ts";

/** One run over one or many tenants. A retry has the same id and the same moment; so a replay changes nothing. */
export interface RunRef {
  /** Unique; an execution's name, of which people may choose up to 80 characters, or a random one on a laptop. No `#` or `/`. */
  id: string;
  /** When the whole run was started: ISO 8601, UTC, with milliseconds. Runs are ordered by it, then by id. */
  startedAt: string;
}

/** `<startedAt>#<id>`: sorts as time does. */
export type RunKey = string;
export const runKey = ({ startedAt, id }: RunRef): RunKey => `${startedAt}#${id}`;

/** When the run of a key was started: ISO 8601. */
export const startOfRun = (key: RunKey): string => key.slice(0, key.indexOf("#"));

/** What a run says about a finding, compared with what was known of all earlier runs. */
export const CHANGE_KINDS = [
  "new",
  "regressed",
  "severity-raised",
  "exception-ended",
  "still-open",
  "excepted",
  "exception-expiring",
  "resolved",
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** A change that somebody may want to hear of. */
export interface Change {
  kind: ChangeKind;
  /** The finding's id. */
  finding: string;
  check: string;
  severity: Severity;
  resource: Resource;
  aspect: string | null;
  message: string;
  /** When the finding was first seen: ISO 8601. */
  firstSeen: string;
  /** How often it had come back, this time included. */
  regressions: number;
  /** For `still-open`: the mark that it has passed with this run, in days: 1, 3, 7, 14, 21, … */
  openForDays?: number;
  /** For `excepted` and `exception-expiring`. */
  exception?: AcceptedException;
}

/** A number for each severity of which there is any. */
export type SeverityCounts = { [S in Severity]?: number };

/**
 * How many findings changed how, by severity. Every finding that the run says something about counts at most once,
 * also those not in `changes`: an open one that stays open is `still-open`, an excepted one that stays excepted is
 * counted by {@link RunRecord.excepted} only.
 */
export type ChangeTotals = { [Kind in ChangeKind]?: SeverityCounts };

/**
 * The resources that a run saw, for the kinds whose listing was complete: what is not among them is gone.
 * `listedOf` makes it from an inventory.
 */
export type Listed = ReadonlyMap<ResourceType, ReadonlySet<string>>;

/** `RUN#<key>` of a tenant: what a run found there, in numbers and references, never in content. */
export interface RunRecord {
  run: RunRef;
  tenant: string;
  /** `recorded` once every finding of the run is in the ledger; a run that never gets there is as if it had not been. */
  state: "recording" | "recorded";
  status: TenantAudit["status"];
  reason: TenantAudit["reason"];
  detail: string | null;
  finishedAt: string;
  /** Checks that passed or failed: their silence about a finding means that it is resolved. */
  evaluated: readonly string[];
  /** Checks that should have been evaluated and were not, with the reason. */
  notEvaluated: readonly { id: string; reason: string; detail: string | null }[];
  /** Complete listings by resource type, kept only where a check could not be evaluated over one, and bounded. */
  listed: { [Type in ResourceType]?: readonly string[] };
  /**
   * In how many rows `SIGHTINGS#<key>#<n>` the ids of the findings stand that it saw, although its silence about them
   * would have meant nothing: those of checks that were not evaluated, mostly. Left out when there are none.
   */
  sightings?: number;
  inventory: TenantAudit["inventory"] | { [Name in SectionName]?: never };
  /** Open findings by severity after this run, those included that it could say nothing about. */
  open: SeverityCounts;
  excepted: number;
  totals: ChangeTotals;
  /** How many open findings passed a mark with this run, by {@link Change.openForDays} and severity. */
  marks: { readonly [days: number]: SeverityCounts };
  /**
   * The changes worth telling: first what people hear at once, the worst first; `still-open` only with a mark. At most
   * {@link MOST_CHANGES}, and fewer where they are long.
   */
  changes: readonly Change[];
  /** Where inventory, results and report are kept; null on a laptop. */
  evidence: string | null;
  /** Things about this run that people should know, one sentence each and bounded: a gap in the logs, for instance. */
  notes: readonly string[];
  /** The exceptions for all tenants that accept something here, by id; null where they are too many for a row. */
  matchedExceptions: readonly string[] | null;
  /** True once people were told. */
  announced: boolean;
}

/** More changes than this are counted and not told one by one. */
export const MOST_CHANGES = 100;
