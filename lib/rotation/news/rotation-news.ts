import type { AlertRules } from "../../alerts/alert-rules.ts";
import type { News } from "../../alerts/news.ts";
import type { RunRef } from "../../findings/ledger/run-record.ts";
import { someAtOnce } from "../../findings/ledger/some-at-once.ts";
import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import type { ConfiguredCredential } from "../credentials/configured-credentials.ts";
import { type KnownCredential, knownCredentials } from "../credentials/known-credentials.ts";
import { isUnfinished, listRotations } from "../ledger/ledger.ts";
import { rememberTenants, rotatedTenants } from "../ledger/rotated-tenants.ts";
import { announced } from "../schedule/due.ts";
import type { TenantRotation } from "./alert-parts.ts";
import { announcementAlerts } from "./announcement-alerts.ts";
import { rotationAlerts } from "./rotation-alerts.ts";
import { rotationDigest } from "./rotation-digest.ts";

/** Tenants that are read at once. */
const TENANTS_AT_ONCE = 20;

/** What is told of, and when. */
export interface NewsRequest {
  run: RunRef;
  /** Of all tenants. Of those that have none any more, or are gone themselves, what was begun is told of all the same. */
  credentials: readonly ConfiguredCredential[];
  now: Instant;
  /** The longest time between two audits, in hours; a day when left out. */
  auditIntervalHours?: number | undefined;
}

/**
 * What a run tells of rotations, as they stand: everything is read, so it does not matter which run did what, and what
 * an earlier one could not tell any more is told now.
 */
export async function rotationNews(
  { run, credentials, now, auditIntervalHours = 24 }: NewsRequest,
  rules: AlertRules,
  table: Table,
): Promise<News> {
  const configured = Map.groupBy(credentials, ({ tenant }) => tenant);
  const known: KnownCredential[] = [];
  const rotations: TenantRotation[] = [];
  const present = new Set([...rules.tenants, ...configured.keys()]);
  const toRemember = new Set(present);
  await someAtOnce(new Set([...present, ...(await rotatedTenants(table))]), TENANTS_AT_ONCE, async (tenant) => {
    const theirs = configured.get(tenant) ?? [];
    known.push(...(await knownCredentials(table, tenant, theirs, now)));
    const tended = new Set(theirs.flatMap(({ clientId, hasRotator }) => (hasRotator ? [clientId] : [])));
    for (const record of await listRotations(table, tenant)) {
      rotations.push({ tenant, record, isTended: tended.has(record.clientId) });
      if (isUnfinished(record)) toRemember.add(tenant);
    }
  });
  await rememberTenants(table, toRemember);
  return {
    alerts: [
      ...rotationAlerts(rotations, rules, now),
      ...announcementAlerts(announced(known, now, auditIntervalHours * 3_600_000), rules, run.startedAt),
    ],
    readAt: now,
    digest: (since) => rotationDigest({ credentials: known, rotations, now }, since),
  };
}
