import { escapePattern } from "../escape-pattern.ts";
import type { SandboxRequest } from "../http/message.ts";
import type { FaultEffect, FaultMatch, FaultRule } from "./fault.ts";

/** A rule that was added. */
interface PlannedFault {
  readonly rule: FaultRule;
  /** How many requests it has befallen. */
  readonly hits: number;
  remove(): void;
}

/** What goes wrong in a tenant. Rules strike in the order in which they were added; several can strike at once. */
export interface FaultPlan {
  add(rule: FaultRule): PlannedFault;
  clear(): void;
  list(): readonly PlannedFault[];
  /** The effects that befall a request; counts it against each rule that matches. */
  strike(request: SandboxRequest): FaultEffect[];
}

interface CountedFault extends PlannedFault {
  seen: number;
  hits: number;
}

/** A plan without faults. */
export function createFaultPlan(): FaultPlan {
  const faults: CountedFault[] = [];
  const remove = (fault: CountedFault) => {
    const index = faults.indexOf(fault);
    if (index !== -1) faults.splice(index, 1);
  };
  return {
    add: (rule) => {
      const fault: CountedFault = { rule, seen: 0, hits: 0, remove: () => remove(fault) };
      faults.push(fault);
      return fault;
    },
    clear: () => faults.splice(0),
    list: () => [...faults],
    strike: (request) => faults.filter((fault) => strikes(fault, request)).map(({ rule }) => rule.effect),
  };
}

function strikes(fault: CountedFault, request: SandboxRequest): boolean {
  const { match = {}, skip = 0, times = Number.POSITIVE_INFINITY } = fault.rule;
  if (!matches(match, request)) return false;
  fault.seen += 1;
  if (fault.seen <= skip || fault.hits >= times) return false;
  fault.hits += 1;
  return true;
}

function matches({ method, path, query = {} }: FaultMatch, request: SandboxRequest): boolean {
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (path !== undefined && !pathMatches(path, request.path)) return false;
  return Object.entries(query).every(([name, value]) => request.query.get(name) === value);
}

function pathMatches(pattern: string | RegExp, path: string): boolean {
  if (typeof pattern !== "string") return path.search(pattern) !== -1;
  const source = pattern.split("*").map(escapePattern).join(".*");
  return new RegExp(`^${source}$`).test(path);
}
