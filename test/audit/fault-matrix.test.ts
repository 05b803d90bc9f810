import { describe, expect, it } from "vitest";
import { LINK_TEMPLATES } from "../../lib/auth0/resources/email-template.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { wantedSections } from "../../lib/findings/evaluate.ts";
import type { TenantAudit, TenantFailure } from "../../lib/findings/tenant-audit.ts";
import type { SectionName } from "../../lib/inventory/inventory.ts";
import type { CheckResult, UnknownReason } from "../../lib/model/finding.ts";
import { exitCode } from "../../lib/reports/audit-report.ts";
import type { FaultEffect } from "../../lib/sandbox/faults/fault.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { auditedSandbox, baselineRules, numbers } from "../support/audited-sandbox.ts";
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
  ...LINK_TEMPLATES.map(
    (template): Endpoint => ({ path: `/api/v2/email-templates/${template}`, sections: ["emailTemplates"] }),
  ),
];

interface Fault {
  title: string;
  effect: FaultEffect;
  /** How often it strikes; always when left out. */
  times?: number;
  /** The reason of the section; none when the audit recovers. */
  reason?: UnknownReason;
  /** The reason of the tenant, when the token endpoint is struck; none when the audit recovers. */
  failure?: TenantFailure;
  pagedOnly?: boolean;
  managementOnly?: boolean;
}

/** Totals beside the 231 applications of this tenant; the other lists are shorter, and have no second page. */
const shrinking = (page: number): number => (page === 0 ? 200 : 150);
const growing = (page: number): number => 131 + 100 * page;

const FAULTS: readonly Fault[] = [
  {
    title: "missing scope",
    effect: { kind: "missing-scope", scope: "read:something" },
    reason: "missing-scope",
    managementOnly: true,
  },
  {
    title: "missing feature, 403",
    effect: { kind: "missing-feature" },
    reason: "feature-unavailable",
    managementOnly: true,
  },
  {
    title: "missing feature, 400",
    effect: { kind: "missing-feature", as: "feature_not_enabled_400" },
    reason: "feature-unavailable",
    managementOnly: true,
  },
  {
    title: "missing feature, as insufficient scope",
    effect: { kind: "missing-feature", as: "insufficient_scope" },
    reason: "feature-unavailable",
    managementOnly: true,
  },
  {
    title: "missing entitlement",
    effect: { kind: "missing-feature", as: "insufficient_entitlement" },
    reason: "feature-unavailable",
    managementOnly: true,
  },
  { title: "500 once", effect: { kind: "server-error", status: 500 }, times: 1 },
  {
    title: "500 always",
    effect: { kind: "server-error", status: 500 },
    reason: "fetch-failed",
    failure: "unreachable",
  },
  { title: "503 after the effect, once", effect: { kind: "server-error", when: "after" }, times: 1 },
  { title: "429 storm that passes", effect: { kind: "throttle", retryAfter: 1 }, times: 5 },
  { title: "429 without headers that passes", effect: { kind: "throttle", headers: false }, times: 3 },
  { title: "429 always", effect: { kind: "throttle", retryAfter: 5 }, reason: "fetch-failed", failure: "throttled" },
  {
    title: "429 for an hour",
    effect: { kind: "throttle", retryAfter: 3_600 },
    reason: "fetch-failed",
    failure: "throttled",
  },
  { title: "dropped once", effect: { kind: "drop" }, times: 1 },
  { title: "dropped once after the effect", effect: { kind: "drop", when: "after" }, times: 1 },
  { title: "dropped always", effect: { kind: "drop" }, reason: "fetch-failed", failure: "unreachable" },
  { title: "hangs once", effect: { kind: "hang" }, times: 1 },
  { title: "hangs always", effect: { kind: "hang" }, reason: "time-out", failure: "unreachable" },
  { title: "malformed JSON once", effect: { kind: "malformed-json" }, times: 1 },
  {
    title: "malformed JSON always",
    effect: { kind: "malformed-json" },
    reason: "fetch-failed",
    failure: "unreachable",
  },
  {
    title: "wrong content type",
    effect: { kind: "wrong-content-type" },
    reason: "fetch-failed",
    failure: "unreachable",
  },
  {
    title: "redirect",
    effect: { kind: "redirect", location: "https://elsewhere.example/" },
    reason: "fetch-failed",
    failure: "unreachable",
  },
  {
    title: "body of 50 MB",
    effect: { kind: "huge-body", megabytes: 50 },
    reason: "fetch-failed",
    failure: "unreachable",
  },
  {
    title: "an object that is no answer",
    effect: { kind: "answer", status: 200, body: "null" },
    reason: "fetch-failed",
    failure: "unreachable",
  },
  { title: "short page once", effect: { kind: "short-page", missing: 1 }, times: 1, pagedOnly: true },
  { title: "short page always", effect: { kind: "short-page", missing: 1 }, reason: "truncated", pagedOnly: true },
  { title: "total too large", effect: { kind: "total", total: 5_000 }, reason: "truncated", pagedOnly: true },
  { title: "total too large once", effect: { kind: "total", total: 235 }, times: 1, pagedOnly: true },
  { title: "total of nothing", effect: { kind: "total", total: 0 }, reason: "truncated", pagedOnly: true },
  { title: "total of nothing once", effect: { kind: "total", total: 0 }, times: 1, pagedOnly: true },
  { title: "total of less than a page", effect: { kind: "total", total: 99 }, reason: "truncated", pagedOnly: true },
  { title: "total that shrinks", effect: { kind: "total", total: shrinking }, reason: "truncated", pagedOnly: true },
  // Two requests: the first reading, which believes the smaller total.
  { title: "total that shrinks once", effect: { kind: "total", total: shrinking }, times: 2, pagedOnly: true },
  { title: "total that grows", effect: { kind: "total", total: growing }, reason: "truncated", pagedOnly: true },
  { title: "total that grows once", effect: { kind: "total", total: growing }, times: 2, pagedOnly: true },
  {
    title: "total that grows and shrinks",
    effect: { kind: "total", total: (page) => (page === 1 ? 290 : 231) },
    reason: "truncated",
    pagedOnly: true,
  },
  {
    title: "empty list without a total",
    effect: {
      kind: "answer",
      status: 200,
      body: { clients: [], resource_servers: [], client_grants: [], actions: [], network_acls: [] },
    },
    reason: "fetch-failed",
    pagedOnly: true,
  },
  { title: "absurd total", effect: { kind: "total", total: 1e15 }, reason: "fetch-failed", pagedOnly: true },
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
function expectedCheck(check: CheckResult, lost: readonly SectionName[], reason: UnknownReason): object {
  const sections = Object.keys(undisturbed.inventory).length;
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

function expectSectionsLost(audit: TenantAudit, lost: readonly SectionName[], reason: UnknownReason): void {
  const gap = { status: "unavailable", reason, detail: expect.any(String) };
  const isBlind = reason !== "feature-unavailable";

  expect(audit.inventory).toEqual({ ...undisturbed.inventory, ...Object.fromEntries(lost.map((name) => [name, gap])) });
  expect(audit.checks).toEqual(undisturbed.checks.map((check) => expectedCheck(check, lost, reason)));
  expect(withoutCoverage(audit, [])).toEqual(withoutCoverage(undisturbed, checksOver(lost)));
  expect(named(audit, UNAVAILABLE)).toEqual([...lost].sort());
  expect(named(audit, TRUNCATED)).toEqual(reason === "truncated" ? [...lost].sort() : []);
  expect(audit).toMatchObject({ status: isBlind ? "incomplete" : "complete", reason: null, detail: null });
  expect(exitCodeOf(audit)).toBe(isBlind ? 2 : 0);
}

function expectRecovered(audit: TenantAudit): void {
  expect(lasting(audit)).toEqual(lasting(undisturbed));
  expect(exitCodeOf(audit)).toBe(0);
}

/** The others judge the configuration, and are made when all tenants are known. */
const TENANT_CHECKS = CATALOGUE.filter(({ judges }) => judges === undefined).map(({ id }) => id);

describe("the fault matrix", () => {
  let falseResults = 0;
  let cases = 0;

  it("starts from a complete audit with findings", () => {
    expect(undisturbed.status).toBe("complete");
    expect(exitCodeOf(undisturbed)).toBe(0);
    expect(undisturbed.checks.map(({ id }) => id)).toEqual(TENANT_CHECKS);
    expect(undisturbed.inventory.clients).toEqual({ status: "complete", count: 231 });
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

      if (one.fault.reason === undefined) expectRecovered(audit);
      else expectSectionsLost(audit, one.lost, one.fault.reason);
      falseResults -= 1;
    },
  );

  it.each(FAULTS.filter((fault) => !fault.pagedOnly && !fault.managementOnly))(
    "/oauth/token: $title",
    async (fault) => {
      cases += 1;
      falseResults += 1;
      const audit = await auditStruckBy({ endpoint: "/oauth/token", fault });

      if (fault.failure === undefined) expectRecovered(audit);
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
    await world[Symbol.asyncDispose]();
    expect(falseResults).toBe(0);
  });
});
