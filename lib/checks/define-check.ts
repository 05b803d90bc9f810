import type { History } from "../history/history.ts";
import type { SectionName, Sections } from "../inventory/inventory.ts";
import type { Unit, UnknownReason } from "../model/finding.ts";
import type { Limits, ProfileName, Remaining } from "./limits.ts";
import type { Outcome } from "./outcome.ts";

/** A page that a rule or a number comes from: Auth0's documentation or a standard. */
export interface Reference {
  title: string;
  url: string;
}

/** How to mend a finding. `summary` is one sentence; the others are steps for a person and for a script. */
export interface Remediation {
  summary: string;
  /** Where to click in Auth0's dashboard. */
  dashboard: string;
  /** The call of the Management API that does the same; null where there is none. */
  api: string | null;
}

/**
 * Whether a change could be made by a program: `safe` with precondition, read-back and rollback record,
 * `guarded` only after approval, `by rotation` through Curfew's rotation, `no` by a person only.
 */
export type Fix = "safe" | "guarded" | "by rotation" | "no";

/** A section that could not be read, and the enabled checks that therefore say nothing. */
export interface Gap {
  section: SectionName;
  reason: UnknownReason;
  detail: string | null;
  checks: readonly string[];
}

/** Curfew's own application in the tenant. */
export interface Auditor {
  clientId: string;
  /** What its token may do; undefined when Auth0 does not say. */
  scopes: ReadonlySet<string> | undefined;
}

/** An exception of the configuration that concerns this tenant, and where it stands. */
export interface ReviewedException {
  /** Which check, tenant and resource it is for; identifies it. */
  id: string;
  /** `expiring`: within 14 days of its last one. `unmatched`: it holds, and accepts nothing. */
  state: "valid" | "expiring" | "expired" | "unmatched";
  /**
   * What became of the findings that it is meant for, whoever accepts them: one is `open`, all are `accepted`, there
   * are `none`, or it is `unknown` because its check was not evaluated everywhere.
   */
  findings: "open" | "accepted" | "none" | "unknown";
  owner: string;
  /** Its last day, UTC: `YYYY-MM-DD`. */
  expires: string;
}

/** What a check may know beside the sections that it needs. */
export interface CheckContext {
  /** The tenant's canonical domain. */
  domain: string;
  /** The moment of the audit, milliseconds since the Unix epoch. */
  now: number;
  /** Every requested section that could not be read. */
  gaps: readonly Gap[];
  /** Every section that was requested, read or not. */
  requested: readonly SectionName[];
  /** Curfew's own application that reads the tenant. */
  auditor: Auditor;
  /** The client ids of Curfew's own applications for emergencies; left out where none is configured. */
  responders?: readonly string[];
  /** Empty while the tenant itself is judged; for the checks that judge exceptions, all that concern the tenant. */
  exceptions: readonly ReviewedException[];
  /** What a single look cannot tell; always there for a check with `needsHistory`. */
  history?: History;
}

/** What people read about a check; `docs/checks/` is generated from it. */
export interface CheckMetadata {
  /** `<area>.<object>.<condition>`; the file is `checks/<area>/<object>-<condition>.ts`. */
  id: string;
  title: string;
  /** Why the finding matters, for somebody who does not know Auth0's settings by heart. */
  why: string;
  remediation: Remediation;
  references: readonly Reference[];
  fix: Fix;
  /**
   * Set for checks over the exceptions of the configuration. These are judged when the findings of all tenants
   * are known, since only then it is known what an exception accepts.
   */
  judges?: "exceptions";
  /** Set for checks over what a single look cannot tell; without it they are not evaluated (`no-history`). */
  needsHistory?: true;
  /**
   * Set, together with `needsHistory`, for checks over the tenant's log: while it cannot be read they are not evaluated,
   * with that reason, and it is read for nobody else.
   */
  needsLogs?: true;
  /** The unit of the limits; null for yes-or-no checks. */
  unit: Unit | null;
  /** Set where a value fails that is at most its limit, as what remains of a lifetime; others fail above theirs. */
  failsAt?: "at most";
  /** What each named set of limits, or each band, is for; only where the names do not say it. */
  variants?: Readonly<Record<string, string>>;
}

interface CheckDefinition<Needs extends SectionName, L extends Limits> extends CheckMetadata {
  /** The sections that must be complete for the check to be evaluated; scopes and requests follow from them. */
  needs: readonly Needs[];
  limits: Readonly<Record<ProfileName, L | "off">>;
  /** Pure: yields one outcome for each resource and aspect that the check applies to. */
  evaluate(sections: Pick<Sections, Needs>, limits: Remaining<L>, context: CheckContext): Iterable<Outcome>;
}

/** A check as the catalogue holds it: the types of its own sections and limits are forgotten. */
export interface Check extends CheckMetadata {
  needs: readonly SectionName[];
  limits: Readonly<Record<ProfileName, Limits | "off">>;
  evaluate(sections: Partial<Sections>, limits: Limits, context: CheckContext): Iterable<Outcome>;
}

/**
 * Declares a check: one file, metadata and a pure function.
 *
 * The evaluation sees only the sections named in `needs`, and limits of the declared shape or less.
 * The caller guarantees both: it evaluates a check only when its sections are complete,
 * and overrides are validated against the shape of the declared limits.
 */
export function defineCheck<const Needs extends SectionName, L extends Limits>(
  definition: CheckDefinition<Needs, L>,
): Check {
  return {
    ...definition,
    evaluate: (sections, limits, context) =>
      definition.evaluate(sections as Pick<Sections, Needs>, limits as Remaining<L>, context),
  };
}
