import type { AuditReport } from "./audit-report.ts";

/** More findings than this are for programs only, and indented they could grow past what one text can hold. */
const INDENTED_FINDINGS = 10_000;

/** The report as JSON, schema version 1: the keys in their documented order, one final line break. */
export function renderJson({ exceptions: _exceptions, ...report }: AuditReport): string {
  const findings = report.tenants.reduce((count, tenant) => count + tenant.findings.length, 0);
  const tenants = report.tenants.map(({ evidence: _, ...tenant }) => tenant);
  const text = JSON.stringify({ ...report, tenants }, null, findings > INDENTED_FINDINGS ? 0 : 2);
  return `${text.replace(INVISIBLE, escapeCharacter)}\n`;
}

/** What JSON leaves as it is and a terminal may obey: C1 controls, format characters, line separators. */
const INVISIBLE = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same character in JSON's own escape; one beyond the first plane takes two. */
const escapeCharacter = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
