import type { Severity } from "../model/severity.ts";
import { SEVERITIES } from "../model/severity.ts";
import { readDuration } from "./fields.ts";
import type { LimitShape } from "./limit-shape.ts";
import type { ConfigPath } from "./mistakes.ts";
import { didYouMean } from "./nearest.ts";

/** Changed bands: a limit in the check's unit, or `off` for a band that shall not exist. */
export type BandsOverride = { readonly [S in Severity]?: number | "off" };

/** What the policy says about one check. Durations are seconds. */
export type LimitsOverride =
  | "off"
  | Severity
  | BandsOverride
  | { readonly [variant: string]: "off" | Severity | BandsOverride };

/** Told about everything that does not fit; `at: "key"` where the key itself is wrong. */
export type Complain = (path: ConfigPath, message: string, at?: "key" | "value") => void;

/** Reads what the policy says about a check of the given shape. The result counts only when nothing was complained. */
export function readOverride(shape: LimitShape, value: unknown, complain: Complain): LimitsOverride {
  return readAt(shape, value, [], complain) as LimitsOverride;
}

function readAt(shape: LimitShape, value: unknown, path: ConfigPath, complain: Complain): unknown {
  if (value === "off") return "off";
  if (shape.kind === "severity") return readSeverity(value, path, complain);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    complain(path, expected(shape));
    return "off";
  }
  return readEntries(shape, value as Record<string, unknown>, path, complain);
}

function readSeverity(value: unknown, path: ConfigPath, complain: Complain): unknown {
  if (SEVERITIES.some((severity) => severity === value)) return value;
  const hint = typeof value === "string" ? didYouMean(value, [...SEVERITIES, "off"]) : undefined;
  complain(path, `this takes one severity (${SEVERITIES.join(", ")}) or off${hint ? `; ${hint}` : ""}`);
  return "off";
}

type Composed = Exclude<LimitShape, { kind: "severity" }>;

function readEntries(shape: Composed, value: Record<string, unknown>, path: ConfigPath, complain: Complain) {
  const names = namesIn(shape);
  const entries = Object.entries(value);
  if (entries.length === 0) complain(path, expected(shape));
  return Object.fromEntries(
    entries.map(([name, content]) => {
      const here = [...path, name];
      if (!names.includes(name)) complain(here, unknownName(shape, name, names), "key");
      else if (shape.kind === "bands") return [name, readLimit(shape, content, here, complain)];
      else return [name, readAt(shape.variants[name] as LimitShape, content, here, complain)];
      return [name, "off"];
    }),
  );
}

function readLimit(shape: Composed & { kind: "bands" }, value: unknown, path: ConfigPath, complain: Complain) {
  if (value === "off") return "off";
  if (shape.unit === "count") {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    complain(path, "this limit counts something: a whole number from 0, or off");
    return "off";
  }
  const result = readDuration(value);
  if ("seconds" in result) return result.seconds;
  complain(path, `${result.mistake}; off is possible too`);
  return "off";
}

const namesIn = (shape: Composed): readonly string[] =>
  shape.kind === "bands" ? shape.bands : Object.keys(shape.variants);

function unknownName(shape: Composed, name: string, names: readonly string[]): string {
  const what = shape.kind === "bands" ? "band" : "set of limits";
  return `this check has no such ${what}; ${didYouMean(name, names) ?? `it has ${names.join(", ")}`}`;
}

function expected(shape: Composed): string {
  const names = namesIn(shape);
  const [first = "medium"] = names;
  if (shape.kind === "variants") return `this takes off, or one entry for each of ${names.join(", ")} that changes`;
  const sample = shape.unit === "count" ? "10" : "8h";
  return `this takes off, or limits for ${names.join(" and ")}, as { ${first}: ${sample} }`;
}
