import type { Check } from "../checks/define-check.ts";
import type { Config } from "../config/schema.ts";

/** What decides who hears what, beside what was found. */
export interface AlertRules {
  /** Every tenant there is, by name. */
  tenants: readonly string[];
  /** Who answers for a tenant, by its name. */
  owners: ReadonlyMap<string, string>;
  /** The zone in which a day begins. */
  timezone: string;
  /** How to mend a finding of a check, in one sentence; undefined for a check that is not known. */
  remedy(check: string): string | undefined;
  /** The name of the DynamoDB table in which the findings are: what a laptop's own ledger holds is something else. */
  table: string;
}

/**
 * The rules as configured.
 *
 * @param table the name of the DynamoDB table in which the findings are
 */
export function alertRules(
  config: Pick<Config, "tenants" | "schedule">,
  checks: readonly Check[],
  table: string,
): AlertRules {
  const remedies = new Map(checks.map(({ id, remediation }) => [id, remediation.summary]));
  return {
    tenants: config.tenants.map(({ name }) => name),
    owners: new Map(config.tenants.flatMap(({ name, owner }) => (owner === undefined ? [] : [[name, owner]]))),
    timezone: config.schedule?.timezone ?? "UTC",
    remedy: (check) => remedies.get(check),
    table,
  };
}

/** The step that names what is open in the ledger that an alert is about: of a tenant, or of all. */
export function allThatIsOpen({ table }: Pick<AlertRules, "table">, tenant?: string): string {
  const only = tenant === undefined ? "" : ` --tenant ${tenant}`;
  return `All that is open: npx curfew findings --table ${table}${only} --status open`;
}

/** One for each time zone that was asked for: making one takes as long as ten uses. */
const DAY_FORMATS = new Map<string, Intl.DateTimeFormat>();

function dayFormat(timezone: string): Intl.DateTimeFormat {
  const known = DAY_FORMATS.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en", {
    timeZone: timezone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  DAY_FORMATS.set(timezone, format);
  return format;
}

/**
 * The day of a moment in a time zone.
 *
 * @param at ISO 8601
 * @returns `YYYY-MM-DD`
 */
export function localDay(at: string, timezone: string): string {
  const parts = new Map(
    dayFormat(timezone)
      .formatToParts(new Date(at))
      .map(({ type, value }) => [type, value]),
  );
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}
