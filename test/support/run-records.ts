import fc from "fast-check";
import type { AlertRules } from "../../lib/alerts/alert-rules.ts";
import { pendingKey } from "../../lib/alerts/pending-runs.ts";
import type { RunReport } from "../../lib/alerts/run-report.ts";
import { runRowKey } from "../../lib/findings/ledger/keys.ts";
import {
  CHANGE_KINDS,
  type Change,
  type RunRecord,
  type RunRef,
  runKey,
} from "../../lib/findings/ledger/run-record.ts";
import { newTally } from "../../lib/findings/ledger/tally.ts";
import { SEVERITIES } from "../../lib/model/severity.ts";
import type { Table } from "../../lib/store/table.ts";

/** The run of a morning in November. */
export const RUN: RunRef = { id: "run-1", startedAt: "2026-11-25T06:00:00.000Z" };

/** Rules of a company in Berlin whose tenants `a` and `b` have owners. */
export const RULES: AlertRules = {
  tenants: [],
  owners: new Map([
    ["a", "anna@acme.example"],
    ["b", "ben@acme.example"],
  ]),
  timezone: "Europe/Berlin",
  remedy: (check) => (check === "unknown" ? undefined : `Mend ${check}.`),
  table: "Curfew-Table",
};

/** A change of a finding, new and high unless said otherwise. */
export function change(parts: Partial<Change> = {}): Change {
  return {
    kind: "new",
    finding: "f_1",
    check: "expiry.api.access-token-lifetime",
    severity: "high",
    resource: { type: "resource-server", id: "5f", name: "Orders API" },
    aspect: null,
    message: "Access tokens live 30 d; the limit is 24 h.",
    firstSeen: "2026-11-20T06:00:00.000Z",
    regressions: 0,
    ...parts,
  };
}

/** Many changes with ids of their own. */
export const changes = (count: number, parts: Partial<Change> = {}): Change[] =>
  Array.from({ length: count }, (_, index) => change({ finding: `f_${index}`, ...parts }));

/** What a run recorded about a tenant: complete and without changes unless said otherwise. */
export function record(tenant: string, parts: Partial<RunRecord> = {}): RunRecord {
  return {
    run: RUN,
    tenant,
    state: "recorded",
    status: "complete",
    reason: null,
    detail: null,
    finishedAt: "2026-11-25T06:01:00.000Z",
    evaluated: [],
    notEvaluated: [],
    listed: {},
    inventory: {},
    open: {},
    excepted: 0,
    totals: {},
    marks: {},
    changes: [],
    evidence: null,
    matchedExceptions: [],
    notes: [],
    announced: false,
    ...parts,
  };
}

/** What a run over a tenant records that finds all of this: as much as a record holds, and numbers for the rest. */
export function tallied(tenant: string, all: readonly Change[]): RunRecord {
  const tally = newTally();
  for (const one of all) {
    tally.add(undefined, { change: one, isTold: one.kind !== "still-open" || one.openForDays !== undefined });
  }
  return record(tenant, tally.result());
}

export const report = (records: readonly RunRecord[], missing: readonly string[] = [], run = RUN): RunReport => ({
  run,
  records,
  missing,
});

/** Writes the records of a report as an audit would have left them. */
export async function plant({ run, records }: RunReport, table: Table): Promise<void> {
  for (const one of records) {
    await table.put(runRowKey(one.tenant, runKey(run)), { ...one, run });
  }
}

/** True while people were not told everything about a run. */
export const isPending = async (run: RunRef, table: Table): Promise<boolean> =>
  (await table.get(pendingKey(run))) !== undefined;

const words = fc.string({ unit: "grapheme", maxLength: 60 });

const anyChange: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...CHANGE_KINDS),
  finding: fc.uuid(),
  check: fc.constantFrom("expiry.api.access-token-lifetime", "unknown"),
  severity: fc.constantFrom(...SEVERITIES),
  resource: fc.record({ type: fc.constant("client" as const), id: words, name: fc.option(words) }),
  aspect: fc.option(words),
  message: words,
  firstSeen: fc.constant("2026-11-20T06:00:00.000Z"),
  regressions: fc.nat(5),
  openForDays: fc.constantFrom(1, 3, 7, 14),
});

/** Any report over up to eight tenants. */
export const anyReport: fc.Arbitrary<RunReport> = fc
  .uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"), { minLength: 1 })
  .chain((tenants) =>
    fc.tuple(
      ...tenants.map((tenant) =>
        fc.oneof(
          { weight: 1, arbitrary: fc.constant(tenant) },
          { weight: 1, arbitrary: fc.constant(record(tenant, { status: "failed", reason: "unreachable" })) },
          {
            weight: 6,
            arbitrary: fc
              .uniqueArray(anyChange, { maxLength: 15, selector: ({ finding }) => finding })
              .map((list) => record(tenant, { changes: list })),
          },
        ),
      ),
    ),
  )
  .map((outcomes) =>
    report(
      outcomes.filter((outcome) => typeof outcome !== "string"),
      outcomes.filter((outcome) => typeof outcome === "string"),
    ),
  );

/** All that a run found in a tenant, with more changes than a record holds, short ones and the longest there are. */
export interface Found {
  tenant: string;
  all: readonly Change[];
}

const LONG_EXCEPTION = { reason: "\u6f22".repeat(500), owner: "\u6f22".repeat(500), expires: "2026-12-01" };

const manyAlike: fc.Arbitrary<(Partial<Change> & { count: number })[]> = fc.array(
  fc.record({
    count: fc.oneof(fc.nat(8), fc.nat(150)),
    kind: fc.constantFrom(...CHANGE_KINDS),
    severity: fc.constantFrom(...SEVERITIES),
    message: fc.constantFrom("Short.", "\u6f22".repeat(400)),
  }),
  { maxLength: 6 },
);

/** What runs found in up to four tenants. */
export const anyFound: fc.Arbitrary<Found[]> = fc
  .uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 })
  .chain((tenants) =>
    fc.tuple(...tenants.map((tenant) => manyAlike.map((groups) => ({ tenant, all: allOf(groups) })))),
  );

const allOf = (groups: readonly (Partial<Change> & { count: number })[]): Change[] =>
  groups.flatMap(({ count, ...parts }, group) =>
    Array.from({ length: count }, (_, index) =>
      change({
        ...parts,
        finding: `f_${group}_${index}`,
        ...(parts.kind === "still-open" ? { openForDays: 7 * (1 + (index % 2)) } : {}),
        ...(parts.kind?.startsWith("except") ? { exception: LONG_EXCEPTION } : {}),
      }),
    ),
  );
