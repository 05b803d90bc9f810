import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { wantedSections } from "../../lib/findings/evaluate.ts";
import { isBlinding, type TenantAudit } from "../../lib/findings/tenant-audit.ts";
import type { SectionName } from "../../lib/inventory/inventory.ts";
import { exitCode } from "../../lib/reports/audit-report.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { auditedSandbox, baselineRules, numbers } from "../support/audited-sandbox.ts";
import { FAULTS, type Fault } from "../support/faults.ts";
import { keyPair } from "../support/keys.ts";

/** A tenant with something in every section, and more than one page of applications. */
const SEED: Partial<TenantSeed> = {
  rateLimits: false,
  clients: numbers(230).map((index) => ({
    name: `client ${index}`,
    client_id: `client-${index}`,
    app_type: "native",
    grant_types: ["authorization_code", "refresh_token"],
    ...(index === 0 ? { credentials: [{ name: "key", pem: keyPair().pem }] } : {}),
  })),
  resourceServers: [{ identifier: "https://orders.example/", token_lifetime: 2_592_000, allow_offline_access: true }],
  actions: [{ name: "enrich", secrets: [{ name: "KEY" }] }],
  networkAcls: [
    {
      description: "own",
      active: true,
      priority: 1,
      rule: { scope: "management", action: { block: true }, match: { asns: [1] } },
    },
  ],
};

interface Endpoint {
  path: string;
  /** What cannot be known without it. */
  sections: readonly SectionName[];
  isPaged?: boolean;
}

const ENDPOINTS: readonly Endpoint[] = [
  { path: "/api/v2/tenants/settings", sections: ["tenantSettings"] },
  { path: "/api/v2/clients", sections: ["clients", "clientAuthentication", "clientCredentials"], isPaged: true },
  { path: "/api/v2/clients/*/credentials", sections: ["clientCredentials"] },
  { path: "/api/v2/resource-servers", sections: ["resourceServers"], isPaged: true },
  { path: "/api/v2/client-grants", sections: ["clientGrants"], isPaged: true },
  { path: "/api/v2/keys/signing", sections: ["signingKeys"] },
  { path: "/api/v2/actions/actions", sections: ["actions"], isPaged: true },
  { path: "/api/v2/network-acls", sections: ["networkAcls"], isPaged: true },
  { path: "/api/v2/email-templates/reset_email", sections: ["emailTemplates"] },
];

interface Case {
  endpoint: string;
  fault: Fault;
  lost: readonly SectionName[];
}

const SECTION_CASES: readonly Case[] = ENDPOINTS.flatMap(({ path, sections, isPaged }) =>
  FAULTS.filter((fault) => isPaged || !fault.pagedOnly).map((fault) => ({
    endpoint: path,
    fault,
    lost: fault.reason === undefined ? [] : sections,
  })),
);

/** One world serves all cases of the matrix, struck by one fault at a time. */
const world = await auditedSandbox(SEED, { speed: 40 });
const undisturbed = await world.audit();

async function auditStruckBy({ endpoint, fault }: Pick<Case, "endpoint" | "fault">): Promise<TenantAudit> {
  world.tenant.faults.clear();
  world.tenant.faults.add({
    match: { path: endpoint },
    effect: fault.effect,
    ...(fault.times === undefined ? {} : { times: fault.times }),
  });
  return world.audit(fault.effect.kind === "hang" ? { timeout: SHORT_TIMEOUT } : {});
}

/** Milliseconds of the fast clock. Only who waits for nothing should wait briefly: a body of 50 MB takes its time. */
const SHORT_TIMEOUT = 10_000;

/** They judge the reading itself, so they differ with every fault. */
const isAboutReading = (check: string): boolean => COVERAGE.includes(check);
const COVERAGE = ["coverage.section.unavailable", "coverage.inventory.truncated"];

const withoutCoverage = (audit: TenantAudit, lost: readonly string[]) =>
  audit.findings.filter(({ check }) => !isAboutReading(check) && !lost.includes(check));

/** The sections that a check about the reading names in its findings. */
const named = (audit: TenantAudit, about: string): string[] =>
  audit.findings.flatMap(({ check, resource }) => (check === about ? [resource.id] : [])).sort();

describe("the fault matrix", () => {
  let falseResults = 0;
  let cases = 0;

  it("starts from a complete audit with findings", () => {
    expect(undisturbed.status).toBe("complete");
    expect(undisturbed.findings.length).toBeGreaterThan(230);
    expect(Object.keys(undisturbed.inventory)).toEqual([
      ...wantedSections(CATALOGUE, baselineRules(world.clock).policy),
    ]);
  });

  it.each(SECTION_CASES.map((one) => ({ ...one, title: `${one.endpoint}: ${one.fault.title}` })))(
    "$title",
    async (one) => {
      cases += 1;
      falseResults += 1;
      const audit = await auditStruckBy(one);
      const { reason } = one.fault;

      const lostChecks = CATALOGUE.filter((check) => check.needs.some((need) => one.lost.includes(need))).map(
        ({ id }) => id,
      );
      for (const [name, section] of Object.entries(audit.inventory)) {
        const expected = one.lost.includes(name as SectionName)
          ? { status: "unavailable", reason }
          : undisturbed.inventory[name as SectionName];
        expect(section, name).toMatchObject(expected ?? {});
      }
      for (const check of audit.checks) {
        if (isAboutReading(check.id)) continue;
        const expected = lostChecks.includes(check.id)
          ? { id: check.id, status: "not-evaluated", reason }
          : undisturbed.checks.find(({ id }) => id === check.id);
        expect(check).toMatchObject(expected ?? {});
      }
      expect(withoutCoverage(audit, [])).toEqual(withoutCoverage(undisturbed, lostChecks));
      expect(named(audit, "coverage.section.unavailable")).toEqual([...one.lost].sort());
      expect(named(audit, "coverage.inventory.truncated")).toEqual(reason === "truncated" ? [...one.lost].sort() : []);
      expect(audit.status).toBe(reason !== undefined && isBlinding(reason) ? "incomplete" : "complete");
      expect(exitCode({ schemaVersion: 1, generatedAt: "", profile: "baseline", tenants: [audit] }, "critical")).toBe(
        reason !== undefined && isBlinding(reason) ? 2 : 0,
      );
      falseResults -= 1;
    },
  );

  it.each(FAULTS.filter((fault) => !fault.pagedOnly && !fault.managementOnly))(
    "/oauth/token: $title",
    async (fault) => {
      cases += 1;
      falseResults += 1;
      const audit = await auditStruckBy({ endpoint: "/oauth/token", fault });

      if (fault.failure === undefined) expect(audit.findings).toEqual(undisturbed.findings);
      else {
        expect(audit).toMatchObject({
          status: "failed",
          reason: fault.failure,
          inventory: {},
          checks: [],
          findings: [],
        });
        expect(audit.detail).toMatch(/^\S.+\.$/);
      }
      falseResults -= 1;
    },
  );

  it("holds", async () => {
    console.log(`fault matrix: ${cases} cases, ${falseResults} false results`);
    await world[Symbol.asyncDispose]();
    expect(falseResults).toBe(0);
  });
});
