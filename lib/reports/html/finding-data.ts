import { shorten, visibleText } from "../../html/visible-text.ts";
import type { AcceptedException, Finding } from "../../model/finding.ts";
import { SEVERITIES } from "../../model/severity.ts";
import type { AuditReport } from "../audit-report.ts";
import type { CheckGroup } from "./check-groups.ts";

/**
 * The findings for the page's script, in the order of the page's rows: it filters by them and writes the CSV file
 * from them. Arrays and a table of texts instead of objects: ten thousand findings repeat themselves.
 */
export interface FindingData {
  /** Name and domain. */
  tenants: [string, string][];
  /** Id and title. */
  checks: [string, string][];
  severities: readonly string[];
  statuses: readonly ["open", "excepted"];
  texts: string[];
  rows: FindingRow[];
}

/** Numbers are places in the lists of {@link FindingData}, apart from observed and limit. */
type FindingRow = [
  tenant: number,
  check: number,
  severity: number,
  status: 0 | 1,
  id: string,
  type: number,
  resource: string,
  name: string,
  aspect: number,
  observed: number | null,
  limit: number | null,
  unit: number,
  message: number,
  owner: number,
  reason: number,
  expires: number,
];

/** Collects what the page's script needs to know. */
export function findingData(report: AuditReport, groups: readonly CheckGroup[]): FindingData {
  const places = new Map<string, number>();
  const place = (text: string | null | undefined): number => {
    const key = readable(text ?? "");
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, places.size);
    return places.size - 1;
  };
  const rows = groups.flatMap(({ entries }, check) =>
    entries.map(({ finding, tenant }) => rowOf(finding, tenant, check, place)),
  );
  return {
    tenants: report.tenants.map(({ tenant, domain }) => [readable(tenant), readable(domain)]),
    checks: groups.map(({ id, title }) => [readable(id), readable(title)]),
    severities: SEVERITIES,
    statuses: ["open", "excepted"],
    texts: [...places.keys()],
    rows,
  };
}

function rowOf(
  finding: Finding,
  tenant: number,
  check: number,
  place: (text: string | null | undefined) => number,
): FindingRow {
  const { resource } = finding;
  const exception: Partial<AcceptedException> = finding.exception ?? {};
  return [
    tenant,
    check,
    SEVERITIES.indexOf(finding.severity),
    finding.status === "open" ? 0 : 1,
    finding.id,
    place(resource.type),
    readable(resource.id),
    readable(resource.name ?? ""),
    place(finding.aspect),
    finding.observed,
    finding.limit,
    place(finding.unit),
    place(finding.message),
    place(exception.owner),
    place(exception.reason),
    place(exception.expires),
  ];
}

/** A spreadsheet is fooled by invisible characters as a page is. */
const readable = (text: string): string => visibleText(shorten(text));
