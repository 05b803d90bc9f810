import fc from "fast-check";
import { findingId } from "../../../lib/findings/fingerprint.ts";
import type { Standing, Transition } from "../../../lib/findings/ledger/finding-record.ts";
import type { AuditEntry } from "../../../lib/findings/ledger/record-audit.ts";
import { type Listed, type RunKey, type RunRef, runKey } from "../../../lib/findings/ledger/run-record.ts";
import type { TenantAudit } from "../../../lib/findings/tenant-audit.ts";
import type { CheckResult, Finding } from "../../../lib/model/finding.ts";
import type { Resource, ResourceType } from "../../../lib/model/resource.ts";
import { SEVERITIES } from "../../../lib/model/severity.ts";
import { audit } from "../../support/reports.ts";

export const TENANT = "acme";

/** Everything that could ever be found in the tenant of these tests: a handful, so that runs meet. */
const SUBJECTS: readonly { check: string; resource: Resource }[] = [
  { check: "expiry.api.access-token-lifetime", resource: { type: "resource-server", id: "api-1", name: "Orders" } },
  { check: "expiry.api.access-token-lifetime", resource: { type: "resource-server", id: "api-2", name: null } },
  { check: "secret.client.hs256", resource: { type: "client", id: "client-1", name: "Shop" } },
  { check: "secret.client.public-app", resource: { type: "client", id: "client-1", name: "Shop" } },
  {
    check: "credential.client-key.age",
    resource: { type: "client-credential", id: "cred-1", name: null, client: "client-1" },
  },
  { check: "expiry.session.absolute", resource: { type: "tenant", id: "acme.eu.auth0.com", name: null } },
  { check: "coverage.inventory.truncated", resource: { type: "section", id: "clients", name: null } },
  {
    check: "coverage.exception.expired",
    resource: { type: "exception", id: "secret.client.hs256/*/client-1", name: null },
  },
];

const CHECKS = [...new Set(SUBJECTS.map(({ check }) => check))];
const LISTINGS: readonly { type: ResourceType; ids: readonly string[] }[] = [
  { type: "resource-server", ids: ["api-1", "api-2"] },
  { type: "client", ids: ["client-1", "client-2"] },
];

/** One run, as it was observed. */
export interface ObservedRun extends AuditEntry {
  key: RunKey;
}

const START = Date.UTC(2026, 10, 1, 6);
const DAY = 86_400_000;

const runRef = fc
  .record({ hours: fc.integer({ min: 0, max: 20 * 24 }), id: fc.constantFrom("a", "b") })
  .map(({ hours, id }): RunRef => ({ startedAt: new Date(START + hours * 3_600_000).toISOString(), id }));

const verdict = fc.constantFrom("evaluated", "evaluated", "evaluated", "unknown", "off");
const sight = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 3,
    arbitrary: fc.record({
      severity: fc.constantFrom(...SEVERITIES),
      days: fc.constant(undefined),
      suffix: fc.constantFrom("", "!"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      severity: fc.constantFrom("high" as const, "low" as const),
      days: fc.integer({ min: 0, max: 40 }),
      suffix: fc.constant(""),
    }),
  },
);

/** A run over the whole tenant: any checks evaluated or not, any listing complete or not, anything found or not. */
const observedRun: fc.Arbitrary<ObservedRun> = fc
  .record({
    run: runRef,
    isFailed: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
    verdicts: fc.tuple(...CHECKS.map(() => verdict)),
    sights: fc.tuple(...SUBJECTS.map(() => sight)),
    listings: fc.tuple(...LISTINGS.map(({ ids }) => fc.option(fc.subarray([...ids])))),
    clients: fc.constantFrom("complete", "unavailable", undefined),
  })
  .map(({ run, isFailed, verdicts, sights, listings, clients }): ObservedRun => {
    const status = new Map(CHECKS.map((check, index) => [check, verdicts[index] ?? "off"]));
    const findings = SUBJECTS.flatMap((subject, index): Finding[] => {
      const seen = sights[index];
      if (!seen || status.get(subject.check) === "off") return [];
      return [findingOf(subject, seen.severity, seen.suffix, seen.days)];
    });
    const checks = CHECKS.map((id): CheckResult => resultOf(id, status.get(id), findings));
    const isWhole = checks.every(({ status: each }) => each !== "not-evaluated");
    const of: Partial<TenantAudit> = isFailed
      ? { status: "failed", reason: "unreachable", detail: "Nobody answered." }
      : { status: isWhole ? "complete" : "incomplete", checks, findings, inventory: inventoryOf(clients) };
    return {
      key: runKey(run),
      run,
      audit: audit({ tenant: TENANT, ...of }),
      listed: listedOf(isFailed ? [] : listings),
      evidence: null,
      notes: [],
    };
  });

/** Runs with keys of their own, in no particular order. */
export const observedRuns = (most: number): fc.Arbitrary<ObservedRun[]> =>
  fc.uniqueArray(observedRun, { selector: ({ key }) => key, minLength: 1, maxLength: most, size: "max" });

function findingOf(
  { check, resource }: (typeof SUBJECTS)[number],
  severity: Finding["severity"],
  suffix: string,
  days: number | undefined,
): Finding {
  const expires = days === undefined ? undefined : new Date(START + days * DAY).toISOString().slice(0, 10);
  return {
    id: findingId({ tenant: TENANT, check, resource, aspect: null }),
    check,
    severity,
    status: expires === undefined ? "open" : "excepted",
    resource: resource.name === null ? resource : { ...resource, name: resource.name + suffix },
    aspect: null,
    observed: null,
    limit: null,
    unit: null,
    message: `It is ${severity}.`,
    remediation: "Mend it.",
    exception: expires === undefined ? null : { reason: "because", owner: "dana@acme.example", expires },
  };
}

function resultOf(id: string, status: string | undefined, findings: readonly Finding[]): CheckResult {
  const failed = findings.filter(({ check }) => check === id).length;
  if (status === "evaluated") return { id, status: failed > 0 ? "fail" : "pass", evaluated: 2, failed };
  if (status === "unknown") return { id, status: "not-evaluated", reason: "fetch-failed", detail: null };
  return { id, status: "off" };
}

function inventoryOf(clients: string | undefined): TenantAudit["inventory"] {
  if (clients === undefined) return {};
  if (clients === "complete") return { clients: { status: "complete", count: 1 } };
  return { clients: { status: "unavailable", reason: "missing-scope", detail: null } };
}

const listedOf = (listings: readonly (string[] | null)[]): Listed =>
  new Map(LISTINGS.flatMap(({ type }, index) => (listings[index] ? [[type, new Set(listings[index])] as const] : [])));

/** What a run says about a finding, told from what was observed and from nothing that the ledger keeps. */
export function observation({ audit: of, listed }: ObservedRun, subject: Finding): Finding | "absent" | "nothing" {
  if (of.status === "failed") return "nothing";
  const seen = of.findings.find(({ id }) => id === subject.id);
  if (seen) return seen;
  const { type, id, client } = subject.resource;
  const [kind, owner] = type === "client-credential" ? (["client", client ?? ""] as const) : ([type, id] as const);
  if (listed.get(kind)?.has(owner) === false) return "absent";
  const isEvaluated = of.checks.some((check) => check.id === subject.check && /pass|fail/.test(check.status));
  if (!isEvaluated) return "nothing";
  if (type === "section" && of.inventory.clients?.status === "unavailable") return "nothing";
  const excepted = of.checks.find((check) => type === "exception" && id.startsWith(`${check.id}/`));
  return excepted?.status === "not-evaluated" ? "nothing" : "absent";
}

const isSame = (a: Standing | undefined, b: Standing): boolean =>
  a?.state === b.state &&
  (a.state === "resolved" || (a.severity === b.severity && a.exception?.expires === b.exception?.expires));

/** Everything that a ledger should know of one finding. */
export interface Expected {
  id: string;
  check: string;
  aspect: null;
  resource: Resource;
  transitions: Transition[];
}

/** The plainest fold there is: all observations, in the order of their runs. */
export function expectedHistory(runs: readonly ObservedRun[], subject: Finding): Expected | undefined {
  const transitions: Transition[] = [];
  let resource: Resource | undefined;
  for (const run of inOrder(runs)) {
    const seen = observation(run, subject);
    const last = transitions.at(-1);
    if (seen === "nothing" || (seen === "absent" && !last)) continue;
    const standing: Standing =
      seen === "absent"
        ? { state: "resolved", severity: last?.severity ?? "info" }
        : { state: seen.status, severity: seen.severity, ...(seen.exception ? { exception: seen.exception } : {}) };
    if (seen !== "absent") resource = seen.resource;
    if (!isSame(last, standing)) transitions.push({ run: run.key, ...standing });
  }
  return resource && { id: subject.id, check: subject.check, aspect: null, resource, transitions };
}

/** Every finding that some run saw, as some run saw it. */
export const subjectsOf = (runs: readonly ObservedRun[]): Finding[] => [
  ...new Map(runs.flatMap(({ audit: of }) => of.findings.map((finding) => [finding.id, finding]))).values(),
];

/** The whole ledger that is expected of some runs, in the order of ids. */
export const expectedLedger = (runs: readonly ObservedRun[]): Expected[] =>
  subjectsOf(runs)
    .flatMap((subject) => expectedHistory(runs, subject) ?? [])
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** As time goes. */
export const inOrder = (runs: readonly ObservedRun[]): ObservedRun[] =>
  runs.toSorted((a, b) => (a.key < b.key ? -1 : 1));
