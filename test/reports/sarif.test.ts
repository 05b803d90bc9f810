import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import type { Severity } from "../../lib/model/severity.ts";
import { renderSarif } from "../../lib/reports/sarif.ts";
import { audit, CHECK, finding, report } from "../support/reports.ts";
import { validateSarif } from "./sarif-schema.ts";
import { render, resultOf } from "./sarif-support.ts";

describe("the SARIF report", () => {
  it("is judged by a schema that finds mistakes", () => {
    const log = JSON.parse(renderSarif(report(audit()), { checks: CATALOGUE, version: "1.2.3" }));

    log.runs[0].results.push({ ruleId: CHECK, level: "high", message: { text: "x" } });

    expect(validateSarif(log).join()).toContain("/runs/0/results/0/level");
  });

  it("makes a rule of every check, with what GitHub requires", () => {
    const { rules } = render([]).tool.driver;

    expect(rules.map(({ id }) => id)).toEqual(CATALOGUE.map(({ id }) => id));
    for (const [index, rule] of rules.entries()) {
      expect(rule).toMatchObject({
        name: expect.stringMatching(/^([A-Z][a-z0-9]+)+/),
        shortDescription: { text: CATALOGUE[index]?.title },
        fullDescription: { text: CATALOGUE[index]?.why },
        defaultConfiguration: { level: expect.stringMatching(/^(error|warning|note)$/) },
        properties: { precision: "very-high" },
      });
      expect(rule.help.text).toContain(CATALOGUE[index]?.remediation.dashboard);
      expect(rule.help.markdown).toContain(CATALOGUE[index]?.remediation.dashboard);
      // GitHub's limits; and braces with a number in them would be a placeholder.
      expect(rule.name.length).toBeLessThan(256);
      expect(rule.shortDescription.text.length).toBeLessThan(1024);
      expect(rule.fullDescription.text.length).toBeLessThan(1024);
      expect(rule.properties.tags.length).toBeLessThanOrEqual(10);
      expect(JSON.stringify(rule)).not.toMatch(/\{\d+\}/);
    }
  });

  it.each<{ check: string; severity: string | undefined; level: string; because: string }>([
    { check: CHECK, severity: "8.0", level: "error", because: "its worst band is high" },
    { check: "expiry.refresh.leeway", severity: "5.5", level: "warning", because: "its worst band is medium" },
    { check: "expiry.refresh.idle-lifetime", severity: "2.0", level: "note", because: "its only band is low" },
    { check: "expiry.email.link-lifetime", severity: "5.5", level: "warning", because: "one named set has medium" },
    { check: "expiry.session.persistent-cookie", severity: undefined, level: "note", because: "info is no alert" },
  ])("rates $check $severity because $because", ({ check, severity, level }) => {
    const rule = render([]).tool.driver.rules.find(({ id }) => id === check);

    expect(rule?.defaultConfiguration.level).toBe(level);
    expect(rule?.properties["security-severity"]).toBe(severity);
    expect(rule?.properties.tags.includes("security")).toBe(severity !== undefined);
  });

  it("rates a check no milder than what it found under stricter limits of somebody's own", () => {
    const run = render([audit({ findings: [finding({ severity: "critical" })] })]);

    expect(run.tool.driver.rules.find(({ id }) => id === CHECK)?.properties["security-severity"]).toBe("9.5");
  });

  it.each<[Severity, string]>([
    ["critical", "error"],
    ["high", "error"],
    ["medium", "warning"],
    ["low", "note"],
    ["info", "note"],
  ])("gives a %s finding the level %s", (severity, level) => {
    expect(resultOf({ severity })).toMatchObject({ level, properties: { severity } });
  });

  it("says in each result which rule, which resource, which tenant and what is wrong", () => {
    const result = resultOf({});

    expect(result.ruleId).toBe(CHECK);
    expect(CATALOGUE[result.ruleIndex]?.id).toBe(CHECK);
    expect(result.message.text).toBe("Orders API (acme-prod): Access tokens live 30 d; the limit is 24 h.");
    expect(result.locations[0].logicalLocations).toEqual([
      { name: "Orders API", fullyQualifiedName: "acme-prod/resource-server/api-1", kind: "resource" },
      { name: "acme-prod", fullyQualifiedName: "acme-prod", kind: "resource" },
    ]);
    expect(result.properties).toEqual({
      tenant: "acme-prod",
      domain: "acme.eu.auth0.com",
      severity: "high",
      resourceType: "resource-server",
      resourceId: "api-1",
      observed: 2_592_000,
      limit: 86_400,
      unit: "seconds",
    });
  });

  it("ends with how to mend a result where the rule's help does not say so, however much comes before", () => {
    const own = "Grant the auditor the scope read:clients.";
    const message = `The section could not be read; not evaluated: ${"a.long.check-id, ".repeat(100)}b.`;

    expect(resultOf({ remediation: own }).message.text).toBe(
      `Orders API (acme-prod): Access tokens live 30 d; the limit is 24 h. ${own}`,
    );
    const { text } = resultOf({ message, remediation: own }).message;
    expect(text).toMatch(
      /^Orders API \(acme-prod\): The section could not be read; .+… Grant the auditor the scope read:clients\.$/,
    );
    expect(text).toHaveLength(1_024);
  });

  it("keeps the parts of a resource's name apart, whatever its id holds", () => {
    const names = ["https://a.example/b", "https:%2F%2Fa.example%2Fb"].map((id) => {
      const [resource] = resultOf({ resource: { type: "client", id, name: null } }).locations[0].logicalLocations;
      return resource?.fullyQualifiedName;
    });

    expect(names).toEqual([
      "acme-prod/client/https:%2F%2Fa.example%2Fb",
      "acme-prod/client/https:%252F%252Fa.example%252Fb",
    ]);
  });

  it.each([
    { title: "the usual name", configFile: undefined, uri: "curfew.yaml" },
    { title: "another", configFile: "./config/my curfew.yaml", uri: "config/my%20curfew.yaml" },
    { title: "one of Windows", configFile: "config\\curfew.yaml", uri: "config/curfew.yaml" },
    { title: "an absolute one, by its name only", configFile: "/home/dana/curfew.yaml", uri: "curfew.yaml" },
    { title: "one on a drive, by its name only", configFile: "C:\\Users\\dana\\c.yaml", uri: "c.yaml" },
    { title: "one outside of the repository, by its name only", configFile: "../../c.yaml", uri: "c.yaml" },
  ])("points to the configuration file: $title", ({ configFile, uri }) => {
    const { physicalLocation } = resultOf({}, configFile === undefined ? {} : { configFile }).locations[0];

    expect(physicalLocation.artifactLocation.uri).toBe(uri);
    expect(physicalLocation.region).toEqual({ startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 });
  });

  it("suppresses what somebody has accepted, and says who, why and until when", () => {
    const exception = { reason: "Kiosk", owner: "dana@acme.example", expires: "2027-03-31" };

    expect(resultOf({ status: "excepted", exception }).suppressions).toEqual([
      {
        kind: "external",
        status: "accepted",
        justification: "Kiosk (accepted by dana@acme.example until 2027-03-31)",
        properties: { owner: "dana@acme.example", expires: "2027-03-31" },
      },
    ]);
    expect(resultOf({}).suppressions).toEqual([]);
  });

  it("keeps every finding, however many there are", () => {
    const findings = Array.from({ length: 30_000 }, (_, index) => finding({ id: `f_${index}` }));

    const log = renderSarif(report(audit({ findings })), { checks: CATALOGUE, version: "1.2.3" });

    expect(JSON.parse(log).runs[0].results).toHaveLength(30_000);
  });

  it("is the same text for the same report", () => {
    const same = report(audit({ findings: [finding()] }));

    expect(renderSarif(same, { checks: CATALOGUE, version: "1.2.3" })).toBe(
      renderSarif(structuredClone(same), { checks: CATALOGUE, version: "1.2.3" }),
    );
  });

  it("names the run so that a service can tell several analyses apart", () => {
    expect(render([]).automationDetails.id).toBe("curfew/2026-11-23T06:00:02.000Z");
    expect(render([], { category: "strict" }).automationDetails.id).toBe("strict/2026-11-23T06:00:02.000Z");
  });
});
