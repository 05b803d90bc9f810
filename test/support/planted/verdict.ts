import type { ResourceType } from "../../../lib/model/resource.ts";
import type { Severity } from "../../../lib/model/severity.ts";

/** How bad a planted value is by the catalogue's baseline; undefined when it is in order. */
export type Verdict = Severity | undefined;

/** A value as Auth0 would report it, and what must be said of it. */
export interface Card<Value> {
  value: Value;
  verdict: Verdict;
}

/** A finding that a planted fault must lead to. */
export interface Expected {
  type: ResourceType;
  id: string;
  severity: Severity;
  /** Left out where the check has one finding a resource at most. */
  aspect?: string;
}

/** The finding that a verdict means; none for what is in order. */
export function expected(type: ResourceType, id: string, verdict: Verdict, aspect?: string): Expected[] {
  if (verdict === undefined) return [];
  return [{ type, id, severity: verdict, ...(aspect === undefined ? {} : { aspect }) }];
}

/** A card that is in order. */
export const clean = <Value>(value: Value): Card<Value> => ({ value, verdict: undefined });

/** A card that must be found. */
export const faulty = <Value>(verdict: Severity, value: Value): Card<Value> => ({ value, verdict });
