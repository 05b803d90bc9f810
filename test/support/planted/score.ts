import type { TenantAudit } from "../../../lib/findings/tenant-audit.ts";
import type { Planter } from "./planters.ts";
import type { Expected } from "./verdict.ts";
import type { World } from "./world.ts";

/** How well one check did over all tenants. */
export interface Score {
  check: string;
  /** Faults that were planted. */
  planted: number;
  /** Things that were in order, or about which the check has nothing to say. */
  sound: number;
  found: number;
  /** Found, and not planted: each as a line for a person. */
  falsePositives: string[];
  /** Planted, and not found. */
  misses: string[];
}

/** Compares what an audit found with what was planted, check by check. */
export function score(audit: TenantAudit, world: World, planters: Readonly<Record<string, Planter>>): Score[] {
  const findings = Map.groupBy(audit.findings, ({ check }) => check);
  return Object.entries(planters).map(([check, plant]) => {
    const planted = plant(world).map(lineOf);
    const found = (findings.get(check) ?? []).map(({ resource: { type, id }, severity, aspect }) =>
      lineOf({ type, id, severity, ...(aspect === null ? {} : { aspect }) }),
    );
    const result = audit.checks.find(({ id }) => id === check);
    const evaluated = result && "evaluated" in result ? result.evaluated - result.failed : 0;
    return {
      check,
      planted: planted.length,
      sound: evaluated,
      found: found.length,
      falsePositives: without(found, planted),
      misses: without(planted, found),
    };
  });
}

const lineOf = ({ type, id, severity, aspect }: Expected): string =>
  [severity, type, id, aspect ?? ""].join(" ").trim();

/** What is in the one list and not in the other; whatever stands in it twice must stand in the other twice. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count < 1;
  });
}

/** Adds up the scores of several tenants, sorted by check. */
export function sum(scores: readonly Score[]): Score[] {
  const total = new Map<string, Score>();
  for (const next of scores) {
    const before = total.get(next.check);
    total.set(next.check, before ? add(before, next) : next);
  }
  return [...total.values()].sort((a, b) => (a.check < b.check ? -1 : 1));
}

const add = (a: Score, b: Score): Score => ({
  check: a.check,
  planted: a.planted + b.planted,
  sound: a.sound + b.sound,
  found: a.found + b.found,
  falsePositives: [...a.falsePositives, ...b.falsePositives],
  misses: [...a.misses, ...b.misses],
});

/** The table that the test prints. */
export function scoreTable(scores: readonly Score[]): string {
  const row = (cells: readonly (string | number)[]): string =>
    cells.map((cell, column) => (column === 0 ? `${cell}`.padEnd(44) : `${cell}`.padStart(9))).join("");
  return [
    row(["check", "planted", "sound", "found", "false", "missed"]),
    ...scores.map(({ check, planted, sound, found, falsePositives, misses }) =>
      row([check, planted, sound, found, falsePositives.length, misses.length]),
    ),
  ].join("\n");
}
