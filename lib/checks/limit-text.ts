import { days, formatDuration, hours, minutes } from "../model/duration.ts";
import { SEVERITIES, type Severity } from "../model/severity.ts";
import type { Check } from "./define-check.ts";
import { type Bands, type Limits, PROFILES, type ProfileName } from "./limits.ts";

type Declared = Limits | "off";
type Leaf = Bands | Severity;

/** One row of a table of limits: a band, or a severity that a yes-or-no check gives. */
interface Row {
  path: string;
  band: Severity | undefined;
}

/** The head of the first column of a check's table of limits. */
export function limitHead(check: Pick<Check, "unit" | "failsAt">): string {
  return check.unit === null || check.failsAt === "at most" ? "severity" : "severity when greater than";
}

/**
 * The rows of a check's table of limits: a name and one cell for each profile.
 * Bands have a row for each severity, a yes-or-no check has one row; named sets repeat this under their names.
 */
export function limitRows(check: Check): string[][] {
  const rows = new Map(PROFILES.flatMap((profile) => rowsOf(check.limits[profile])).map((row) => [rowName(row), row]));
  const paths = [...rows.values()].map(({ path }) => path);
  const sorted = [...rows.values()].sort((a, b) => paths.indexOf(a.path) - paths.indexOf(b.path) || rank(a) - rank(b));
  return sorted.map((row) => [rowName(row), ...PROFILES.map((profile) => cell(check, profile, row))]);
}

const rowsOf = (limits: Declared): Row[] =>
  leaves(limits).flatMap(([path, leaf]) => bandsOf(leaf).map((band): Row => ({ path, band })));

const bandsOf = (leaf: Leaf): (Severity | undefined)[] =>
  typeof leaf === "string" ? [undefined] : bandEntries(leaf).map(([band]) => band);

const rowName = ({ path, band }: Row): string => [path, band].filter(Boolean).join(": ") || "finding";

/** Mildest first, as the bands rise. */
const rank = ({ band }: Row): number => (band === undefined ? 0 : SEVERITIES.indexOf(band));

function cell(check: Check, profile: ProfileName, row: Row): string {
  const limits = check.limits[profile];
  if (limits === "off") return "off";
  const leaf = leaves(limits).find(([path]) => path === row.path)?.[1];
  if (typeof leaf === "string") return leaf;
  const limit = row.band && leaf?.[row.band];
  if (limit === undefined) return "–";
  // What the table's head says holds for nearly every check; the others say it themselves.
  return `${check.failsAt === "at most" ? "≤ " : ""}${limitText(limit, check.unit)}`;
}

/** Named sets of limits as pairs; limits without names have the empty name. */
function leaves(limits: Declared): [string, Leaf][] {
  if (limits === "off") return [];
  if (typeof limits === "string" || isBands(limits)) return [["", limits]];
  return Object.entries(limits) as [string, Leaf][];
}

const isBands = (limits: Exclude<Limits, string>): limits is Bands =>
  Object.values(limits).every((value) => typeof value === "number");

const limitText = (limit: number, unit: Check["unit"]): string =>
  unit === "seconds" ? formatDuration(limit) : String(limit);

/** A check's limits in one line: "medium > 24 h, high > 6 d". */
export function summarizeLimits(check: Check, profile: ProfileName = "baseline"): string {
  const limits = check.limits[profile];
  if (limits === "off") return "off";
  return leaves(limits)
    .map(([path, leaf]) => `${path === "" ? "" : `${path}: `}${leafText(leaf, check)}`)
    .join("; ");
}

const leafText = (leaf: Leaf, { unit, failsAt }: Check): string =>
  typeof leaf === "string"
    ? leaf
    : bandEntries(leaf)
        .map(([severity, limit]) => `${severity} ${failsAt === "at most" ? "≤" : ">"} ${limitText(limit, unit)}`)
        .join(", ");

const bandEntries = (bands: Bands): [Severity, number][] =>
  SEVERITIES.flatMap((severity): [Severity, number][] => {
    const limit = bands[severity];
    return limit === undefined ? [] : [[severity, limit]];
  });

/** What somebody could write into `curfew.yaml` for this check: the strict limits, in the file's own notation. */
export function exampleOverride(check: Check): string {
  const limits = check.limits.strict;
  if (limits === "off") return "off";
  const parts = leaves(limits).map(([path, leaf]) => ({ path, text: leafConfig(leaf, check.unit) }));
  const [only] = parts;
  if (parts.length === 1 && only?.path === "") return only.text;
  return `{ ${parts.map(({ path, text }) => `${path}: ${text}`).join(", ")} }`;
}

const leafConfig = (leaf: Leaf, unit: Check["unit"]): string =>
  typeof leaf === "string"
    ? leaf
    : `{ ${bandEntries(leaf)
        .map(([severity, limit]) => `${severity}: ${unit === "seconds" ? durationConfig(limit) : limit}`)
        .join(", ")} }`;

/** The largest unit of the configuration that divides the duration. */
function durationConfig(seconds: number): string {
  if (seconds % days(1) === 0) return `${seconds / days(1)}d`;
  if (seconds % hours(1) === 0) return `${seconds / hours(1)}h`;
  if (seconds % minutes(1) === 0) return `${seconds / minutes(1)}m`;
  return `${seconds}s`;
}
