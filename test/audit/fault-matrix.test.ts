import pLimit from "p-limit";
import { describe, expect, it } from "vitest";
import { LINK_TEMPLATES } from "../../lib/auth0/resources/email-template.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { wantedSections } from "../../lib/findings/evaluate.ts";
import type { TenantAudit } from "../../lib/findings/tenant-audit.ts";
import type { SectionName } from "../../lib/inventory/inventory.ts";
import { systemClock } from "../../lib/model/clock.ts";
import type { CheckResult, UnknownReason } from "../../lib/model/finding.ts";
import { exitCode } from "../../lib/reports/audit-report.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { auditedSandbox, baselineRules, numbers } from "../support/audited-sandbox.ts";
import { FAULTS, type Fault } from "../support/faults.ts";
import { keyPair } from "../support/keys.ts";

/** A tenant with something in every section, and more than one page of applications. */
const SEED: Partial<TenantSeed> = {
  rateLimits: false,
  clients: numbers(130).map((index) => ({
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
  ...LINK_TEMPLATES.map(
    (template): Endpoint => ({ path: `/api/v2/email-templates/${template}`, sections: ["emailTemplates"] }),
  ),
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

/** An audit of a world, and what one says of it that nothing strikes: their objects have other ids. */
interface Struck {
  audit: TenantAudit;
  undisturbed: TenantAudit;
}

/** These serve all cases of the matrix, each struck by one fault at a time: an audit waits more than it computes. */
const worlds = await Promise.all(
  numbers(3).map(async () => {
    const world = await auditedSandbox(SEED, { speed: 40 });
    return { ...world, undisturbed: await world.audit() };
  }),
);
const free = [...worlds];
const inTurn = pLimit(worlds.length);

const auditStruckBy = ({ endpoint, fault }: Pick<Case, "endpoint" | "fault">): Promise<Struck> =>
  inTurn(async () => {
    const world = free.pop();
    if (!world) throw new TypeError("There is a world for each audit at a time.");
    const { tenant, undisturbed } = world;
    tenant.faults.clear();
    tenant.faults.add({
      match: { path: endpoint },
      effect: fault.effect,
      ...(fault.times === undefined ? {} : { times: fault.times }),
    });
    const audit = await world.audit(fault.effect.kind === "hang" ? { timeout: SHORT_TIMEOUT } : {});
    free.push(world);
    return { audit, undisturbed };
  });

/** Milliseconds of the fast clock. Only who waits for nothing should wait briefly: a body of 50 MB takes its time. */
const SHORT_TIMEOUT = 10_000;

/** Everything of an audit that a fault may not change when it is recovered from. */
const lasting = ({ traffic: _traffic, startedAt: _started, finishedAt: _finished, ...rest }: TenantAudit) => rest;

const exitCodeOf = (audit: TenantAudit): number => exitCode({ tenants: [audit] }, "critical");

/** They judge the reading itself, so they differ with every fault. */
const UNAVAILABLE = "coverage.section.unavailable";
const TRUNCATED = "coverage.inventory.truncated";
const isAboutReading = (check: string): boolean => check === UNAVAILABLE || check === TRUNCATED;

const withoutCoverage = (audit: TenantAudit, lost: readonly string[]) =>
  audit.findings.filter(({ check }) => !isAboutReading(check) && !lost.includes(check));

/** The sections that a check about the reading names in its findings. */
const named = (audit: TenantAudit, about: string): string[] =>
  audit.findings.flatMap(({ check, resource }) => (check === about ? [resource.id] : [])).sort();

/** What a check must say when these sections are lost for this reason. */
function expectedCheck(
  check: CheckResult,
  lost: readonly SectionName[],
  reason: UnknownReason,
  sections: number,
): object {
  const failed = lost.length;
  if (check.id === UNAVAILABLE) return { id: check.id, status: "fail", evaluated: sections, failed };
  if (check.id === TRUNCATED) {
    // Whether a list is short is not known of one that could not be read at all.
    const found = reason === "truncated" ? { status: "fail", failed } : { status: "pass", failed: 0 };
    return { id: check.id, ...found, evaluated: sections - failed + found.failed };
  }
  return checksOver(lost).includes(check.id)
    ? { id: check.id, status: "not-evaluated", reason, detail: expect.any(String) }
    : check;
}

const checksOver = (sections: readonly SectionName[]): string[] =>
  CATALOGUE.filter((check) => check.needs.some((need) => sections.includes(need))).map(({ id }) => id);

function expectSectionsLost({ audit, undisturbed }: Struck, lost: readonly SectionName[], reason: UnknownReason): void {
  const sections = Object.keys(undisturbed.inventory).length;
  const gap = { status: "unavailable", reason, detail: expect.any(String) };
  const isBlind = reason !== "feature-unavailable";

  expect(audit.inventory).toEqual({ ...undisturbed.inventory, ...Object.fromEntries(lost.map((name) => [name, gap])) });
  expect(audit.checks).toEqual(undisturbed.checks.map((check) => expectedCheck(check, lost, reason, sections)));
  expect(withoutCoverage(audit, [])).toEqual(withoutCoverage(undisturbed, checksOver(lost)));
  expect(named(audit, UNAVAILABLE)).toEqual([...lost].sort());
  expect(named(audit, TRUNCATED)).toEqual(reason === "truncated" ? [...lost].sort() : []);
  expect(audit).toMatchObject({ status: isBlind ? "incomplete" : "complete", reason: null, detail: null });
  expect(exitCodeOf(audit)).toBe(isBlind ? 2 : 0);
}

function expectRecovered({ audit, undisturbed }: Struck): void {
  expect(lasting(audit)).toEqual(lasting(undisturbed));
  expect(exitCodeOf(audit)).toBe(0);
}

/** The others judge the configuration, and are made when all tenants are known. */
const TENANT_CHECKS = CATALOGUE.filter(({ judges }) => judges === undefined).map(({ id }) => id);

describe("the fault matrix", () => {
  let falseResults = 0;
  let cases = 0;

  it.each(worlds)("starts from complete audits with findings", ({ undisturbed }) => {
    expect(undisturbed.status).toBe("complete");
    expect(exitCodeOf(undisturbed)).toBe(0);
    expect(undisturbed.checks.map(({ id }) => id)).toEqual(TENANT_CHECKS);
    expect(undisturbed.inventory.clients).toEqual({ status: "complete", count: 131 });
    expect(undisturbed.findings.length).toBeGreaterThan(130);
    expect(Object.keys(undisturbed.inventory)).toEqual([
      ...wantedSections(CATALOGUE, baselineRules(systemClock).policy),
    ]);
  });

  it.each(
    SECTION_CASES.map((one) => ({ ...one, title: `${one.endpoint}: ${one.fault.title}`, made: auditStruckBy(one) })),
  )("$title", async (one) => {
    cases += 1;
    falseResults += 1;
    const audit = await one.made;

    if (one.fault.reason === undefined) expectRecovered(audit);
    else expectSectionsLost(audit, one.lost, one.fault.reason);
    falseResults -= 1;
  });

  it.each(FAULTS.filter((fault) => !fault.pagedOnly && !fault.managementOnly))(
    "/oauth/token: $title",
    async (fault) => {
      cases += 1;
      falseResults += 1;
      const { audit, undisturbed } = await auditStruckBy({ endpoint: "/oauth/token", fault });

      if (fault.failure === undefined) expectRecovered({ audit, undisturbed });
      else {
        expect(audit).toMatchObject({
          status: "failed",
          reason: fault.failure,
          detail: expect.stringMatching(/^\S.+\.$/),
          inventory: {},
          checks: [],
          findings: [],
        });
        expect(exitCodeOf(audit)).toBe(3);
      }
      falseResults -= 1;
    },
  );

  it("holds", async () => {
    console.log(`fault matrix: ${cases} cases, ${falseResults} false results`);
    await Promise.all(worlds.map((world) => world[Symbol.asyncDispose]()));
    expect(falseResults).toBe(0);
  });
});
