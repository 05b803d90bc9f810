import type { AuditReport } from "./audit-report.ts";
import { jsonPieces } from "./json-pieces.ts";

/** More findings than this are for programs only, and need not be laid out for people. */
const INDENTED_FINDINGS = 10_000;

/** The report, its tenants, one of them and its findings are opened; a finding is written whole. */
const DEPTH = 4;

/** The report as JSON, schema version 1, in pieces: the keys in their documented order, one final line break. */
export function* jsonReport({ exceptions: _exceptions, ...report }: AuditReport): Generator<string> {
  const findings = report.tenants.reduce((count, tenant) => count + tenant.findings.length, 0);
  const tenants = report.tenants.map(({ evidence: _, ...tenant }) => tenant);
  yield* jsonLines({ ...report, tenants }, findings);
}

/** {@link jsonReport} as one text. */
export const renderJson = (report: AuditReport): string => [...jsonReport(report)].join("");

/**
 * JSON that is harmless in a terminal.
 *
 * @param findings how many are in it; very many are not indented
 */
export const jsonText = (value: object, findings: number): string => [...jsonLines(value, findings)].join("");

function* jsonLines(value: object, findings: number): Generator<string> {
  const indent = findings > INDENTED_FINDINGS ? 0 : 2;
  for (const piece of jsonPieces(value, { indent, depth: DEPTH })) yield piece.replace(INVISIBLE, escapeCharacter);
  yield "\n";
}

/** What JSON leaves as it is and a terminal may obey: C1 controls, format characters, line separators. */
const INVISIBLE = /[\u007F-\u009F\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same character in JSON's own escape; one beyond the first plane takes two. */
const escapeCharacter = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
