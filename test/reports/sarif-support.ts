import { expect } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import type { TenantAudit } from "../../lib/findings/tenant-audit.ts";
import type { Finding } from "../../lib/model/finding.ts";
import { renderSarif, type SarifOptions } from "../../lib/reports/sarif.ts";
import { audit, finding, report } from "../support/reports.ts";
import { validateSarif } from "./sarif-schema.ts";

/** The parts of a SARIF run that these tests look at. */
interface Run {
  tool: { driver: { version: string; rules: Rule[]; notifications: { id: string }[] } };
  automationDetails: { id: string };
  invocations: [Invocation];
  results: Result[];
}

interface Rule {
  id: string;
  name: string;
  shortDescription: { text: string };
  fullDescription: { text: string };
  help: { text: string; markdown: string };
  defaultConfiguration: { level: string };
  properties: Record<string, unknown> & { tags: string[] };
}

interface Invocation {
  executionSuccessful: boolean;
  startTimeUtc: string;
  endTimeUtc: string;
  ruleConfigurationOverrides: { descriptor: { id: string; index: number } }[];
  toolExecutionNotifications: {
    descriptor: { id: string; index: number };
    level: string;
    message: { text: string };
    associatedRule?: { id: string; index: number };
  }[];
}

interface Location {
  physicalLocation: { artifactLocation: { uri: string }; region: Record<string, number> };
  logicalLocations: { name: string; fullyQualifiedName: string }[];
}

interface Result {
  ruleId: string;
  ruleIndex: number;
  level: string;
  message: { text: string };
  locations: [Location];
  partialFingerprints: Record<string, string>;
  suppressions: { kind: string; status: string; justification: string }[];
  properties: Record<string, unknown>;
}

/** Renders, validates and reads back what one report makes of some tenants. */
export const render = (tenants: TenantAudit[], options: Partial<SarifOptions> = {}): Run => {
  const log = JSON.parse(renderSarif(report(...tenants), { checks: CATALOGUE, version: "1.2.3", ...options }));
  expect(validateSarif(log)).toEqual([]);
  return log.runs[0];
};

/** What becomes of one finding. */
export const resultOf = (fields: Partial<Finding>, options?: Partial<SarifOptions>): Result => {
  const [result] = render([audit({ findings: [finding(fields)] })], options).results;
  if (!result) throw new Error("The report has no result.");
  return result;
};
