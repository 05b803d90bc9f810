import type { Severity } from "../model/severity.ts";

/** A value fails a band when it is greater than the band's limit; the worst failing band gives the severity. */
export type Bands = { readonly [S in Severity]?: number };

/** What a check can be told: bands, or one severity for a yes-or-no check, or several of these under names of its own. */
export type Limits = Bands | Severity | { readonly [variant: string]: Bands | Severity };

/**
 * What is left of declared limits when somebody's policy has taken some away: every band may be missing, and every
 * severity that has a name of its own. A check says nothing about what it has no severity for.
 */
export type Remaining<L extends Limits> = L extends Severity
  ? L
  : L extends { readonly [variant: string]: object | undefined }
    ? { readonly [Variant in keyof L]: Partial<L[Variant]> }
    : Partial<L>;

/** The three sets of limits that every check declares. */
export const PROFILES = ["baseline", "strict", "auth0-default"] as const;
export type ProfileName = (typeof PROFILES)[number];

/** The band that a value falls into: the severity, and the lowest limit that it exceeds. */
export interface Verdict {
  severity: Severity;
  limit: number;
}

const WORST_FIRST = ["critical", "high", "medium", "low", "info"] as const satisfies readonly Severity[];

/**
 * Finds the band of `value`.
 *
 * @returns `undefined` when the value exceeds no limit.
 * @example judge(2_592_000, { medium: 86_400, high: 518_400 }) // { severity: "high", limit: 86_400 }
 */
export function judge(value: number, bands: Bands): Verdict | undefined {
  const failed = WORST_FIRST.filter((severity) => value > (bands[severity] ?? Number.POSITIVE_INFINITY));
  const [severity] = failed;
  if (severity === undefined) return undefined;
  return { severity, limit: Math.min(...failed.map((name) => bands[name] ?? Number.POSITIVE_INFINITY)) };
}

/**
 * Finds the band of what remains of a lifetime: it fails when it is at most the limit.
 *
 * @returns `undefined` when more remains than any limit asks for; otherwise the limit of the mildest failing band,
 * which is the one to get above again.
 * @example judgeRemaining(86_400, { medium: 2_592_000, high: 604_800 }) // { severity: "high", limit: 2_592_000 }
 */
export function judgeRemaining(remaining: number, bands: Bands): Verdict | undefined {
  const limitOf = (severity: Severity): number => bands[severity] ?? Number.NEGATIVE_INFINITY;
  const failed = WORST_FIRST.filter((severity) => remaining <= limitOf(severity));
  const [severity] = failed;
  return severity && { severity, limit: Math.max(...failed.map(limitOf)) };
}
