import type { Check } from "../checks/define-check.ts";
import type { Limits } from "../checks/limits.ts";
import type { Unit } from "../model/finding.ts";
import { SEVERITIES, type Severity } from "../model/severity.ts";

/** What can be said about a check in the policy. It follows from the limits that the check declares. */
export type LimitShape =
  | { kind: "severity" }
  | { kind: "bands"; unit: Unit; bands: readonly Severity[] }
  | { kind: "variants"; variants: Readonly<Record<string, LimitShape>> };

/**
 * The shape of a check's limits: every band and variant that one of its profiles declares.
 * Looking at baseline alone would forbid to change a band that only another profile has.
 */
export function limitShape(check: Pick<Check, "limits" | "unit">): LimitShape {
  const declared = Object.values(check.limits).filter((limits) => limits !== "off");
  return shapeOf(declared, check.unit ?? "count");
}

function shapeOf(declared: readonly Limits[], unit: Unit): LimitShape {
  const objects = declared.filter((limits) => typeof limits === "object");
  if (objects.length === 0) return { kind: "severity" };
  const entries = objects.flatMap((limits) => Object.entries<unknown>(limits));
  if (!entries.some(([, value]) => typeof value !== "number")) {
    const names = new Set(entries.map(([name]) => name));
    return { kind: "bands", unit, bands: SEVERITIES.filter((severity) => names.has(severity)) };
  }
  const byName = Map.groupBy(entries, ([name]) => name);
  const variants = [...byName].map(([name, all]) => [
    name,
    shapeOf(
      all.map(([, value]) => value as Limits),
      unit,
    ),
  ]);
  return { kind: "variants", variants: Object.fromEntries(variants) };
}
