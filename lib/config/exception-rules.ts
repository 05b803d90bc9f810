import type { Check } from "../checks/define-check.ts";
import { daysBetween, startOfDay, utcDay } from "./calendar.ts";
import { type Loose, mappings, text } from "./loose.ts";
import type { Complaint, ConfigPath } from "./mistakes.ts";
import { nearest } from "./nearest.ts";
import { unknownCheck } from "./schema-mistakes.ts";

/** How far ahead the last day of an exception may be: what is accepted is looked at again once a year. */
const MOST_DAYS_AHEAD = 365;

/** Mistakes in exceptions that need the catalogue, the calendar or the rest of the file. */
export function exceptionComplaints(config: Loose, catalogue: readonly Check[], today: Date): Complaint[] {
  const exceptions = mappings(config.exceptions, ["exceptions"]);
  const checks = catalogue.map(({ id }) => id);
  const tenants = mappings(config.tenants, []).flatMap(({ entry }) => text(entry.name) ?? []);
  return [
    ...exceptions.flatMap(({ entry, path }) => [
      ...checkComplaint(entry.check, [...path, "check"], checks),
      ...tenantComplaint(entry.tenant, [...path, "tenant"], tenants),
      ...dateComplaint(entry.expires, [...path, "expires"], today),
    ]),
    ...duplicates(exceptions),
  ];
}

function checkComplaint(value: unknown, path: ConfigPath, checks: readonly string[]): Complaint[] {
  const id = text(value);
  if (id === undefined) return [];
  if (id.startsWith("coverage.")) {
    return [{ path, message: "coverage findings cannot be excepted: what was not read is not known to be in order" }];
  }
  return checks.includes(id) ? [] : [{ path, message: unknownCheck(id, checks) }];
}

function tenantComplaint(value: unknown, path: ConfigPath, tenants: readonly string[]): Complaint[] {
  const name = text(value);
  if (name === undefined || tenants.includes(name)) return [];
  const meant = nearest(name, tenants);
  const hint = meant === undefined ? "leave it out to mean all tenants" : `did you mean "${meant}"?`;
  return [{ path, message: `no tenant in this file has this name; ${hint}` }];
}

/** An expired exception is no mistake: it becomes a finding, and the file still loads the morning after. */
function dateComplaint(value: unknown, path: ConfigPath, today: Date): Complaint[] {
  const date = text(value);
  if (date === undefined || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(date)) return [];
  const start = startOfDay(date);
  if (start === undefined) return [{ path, message: `the day ${date} does not exist` }];
  const ahead = daysBetween(today.getTime(), start);
  if (ahead <= MOST_DAYS_AHEAD) return [];
  const latest = utcDay(today.getTime() + MOST_DAYS_AHEAD * 86_400_000);
  return [
    {
      path,
      message: `this is ${ahead} days ahead; the latest day possible today is ${latest} (${MOST_DAYS_AHEAD} days)`,
    },
  ];
}

function duplicates(exceptions: readonly { entry: Loose; path: ConfigPath }[]): Complaint[] {
  const seen = new Set<string>();
  return exceptions.flatMap(({ entry, path }) => {
    const identity = JSON.stringify([entry.check, entry.tenant ?? null, entry.resource]);
    if (text(entry.check) === undefined || text(entry.resource) === undefined) return [];
    if (!seen.has(identity)) {
      seen.add(identity);
      return [];
    }
    return [{ path, message: "an exception for the same check, tenant and resource stands before; keep one" }];
  });
}
