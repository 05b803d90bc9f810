import type { Check } from "../checks/define-check.ts";
import type { Bands, Limits } from "../checks/limits.ts";
import type { Severity } from "../model/severity.ts";
import type { BandsOverride, LimitsOverride } from "./limit-override.ts";
import type { PolicyConfig } from "./schema.ts";

/** What a check is told: its limits, or that it is switched off. */
type EffectiveLimits = Limits | "off";

/**
 * The limits of every check under a policy: the profile's, with what the policy says merged over them.
 *
 * Bands and variants that the policy does not mention stay as the profile has them. `off` takes a band or a
 * yes-or-no variant away; a variant whose bands are all gone stays as one without bands, which nothing can fail.
 * A check with nothing left is off.
 *
 * @returns one entry for each check of the catalogue, in its order.
 */
export function resolvePolicy(policy: PolicyConfig, catalogue: readonly Check[]): ReadonlyMap<string, EffectiveLimits> {
  return new Map(
    catalogue.map((check) => {
      const override = policy.checks[check.id];
      const limits = check.limits[policy.profile];
      return [check.id, override === undefined ? limits : mergeLimits(limits, override)];
    }),
  );
}

/** Lays an override over limits. A check that the profile switches off comes back with what the override says alone. */
function mergeLimits(limits: EffectiveLimits, override: LimitsOverride): EffectiveLimits {
  if (typeof override === "string") return override;
  const base: Readonly<Record<string, unknown>> = typeof limits === "object" ? limits : {};
  const merged = Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(override)])].flatMap((name) => {
      const value = mergeEntry(base[name] as Entry, (override as Readonly<Record<string, Entry>>)[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return isEmpty(merged) ? "off" : (merged as Limits);
}

/** One band's limit, or one variant: a severity or bands. */
type Entry = number | Severity | "off" | BandsOverride | undefined;

function mergeEntry(base: Entry, override: Entry): number | Severity | Bands | undefined {
  if (override === undefined) return base === "off" ? undefined : (base as number | Severity | Bands | undefined);
  // Bands stay there without any: an evaluation that looks at each of its variants then finds nothing to fail.
  if (override === "off") return typeof base === "object" ? {} : undefined;
  if (typeof override !== "object") return override;
  const bands = { ...(typeof base === "object" ? base : {}), ...override };
  return Object.fromEntries(Object.entries(bands).filter(([, limit]) => limit !== "off")) as Bands;
}

const isEmpty = (merged: object): boolean =>
  Object.values(merged).every((entry) => typeof entry === "object" && Object.keys(entry).length === 0);
