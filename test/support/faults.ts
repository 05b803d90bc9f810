import type { TenantFailure } from "../../lib/findings/tenant-audit.ts";
import type { UnknownReason } from "../../lib/model/finding.ts";
import type { FaultEffect } from "../../lib/sandbox/faults/fault.ts";

/** Something that goes wrong between an auditor and a tenant, and what an audit must make of it. */
export interface Fault {
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

/** Every way in which a tenant, or what lies before it, was seen or feared to fail. */
export const FAULTS: readonly Fault[] = [
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
  {
    title: "empty array without a total",
    effect: { kind: "answer", status: 200, body: [] },
    reason: "fetch-failed",
    pagedOnly: true,
  },
  {
    title: "array without a total",
    effect: {
      kind: "answer",
      status: 200,
      body: [{ client_id: "a", id: "a", name: "a", audience: "https://a.example", scope: [] }],
    },
    reason: "fetch-failed",
    pagedOnly: true,
  },
  { title: "absurd total", effect: { kind: "total", total: 1e15 }, reason: "fetch-failed", pagedOnly: true },
];
