import type { AlertRules } from "../../alerts/alert-rules.ts";
import type { News } from "../../alerts/news.ts";
import type { RunRef } from "../../findings/ledger/run-record.ts";
import { someAtOnce } from "../../findings/ledger/some-at-once.ts";
import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import type { ConfiguredCredential } from "../credentials/configured-credentials.ts";
import { type KnownCredential, knownCredentials } from "../credentials/known-credentials.ts";
import { listRotations } from "../ledger/ledger.ts";
import { announced } from "../schedule/due.ts";
import { announcementAlerts } from "./announcement-alerts.ts";
import { rotationAlerts, type TenantRotation } from "./rotation-alerts.ts";
import { rotationDigest } from "./rotation-digest.ts";

/** Tenants that are read at once. */
const TENANTS_AT_ONCE = 20;

/**
 * What a run tells of rotations, as they stand: everything is read, so it does not matter which run did what, and what
 * an earlier one could not tell any more is told now.
 *
 * @param credentials of all tenants
 */
export async function rotationNews(
  { run, credentials, now }: { run: RunRef; credentials: readonly ConfiguredCredential[]; now: Instant },
  rules: AlertRules,
  table: Table,
): Promise<News> {
  const configured = Map.groupBy(credentials, ({ tenant }) => tenant);
  const known: KnownCredential[] = [];
  const rotations: TenantRotation[] = [];
  await someAtOnce(configured, TENANTS_AT_ONCE, async ([tenant, theirs]) => {
    known.push(...(await knownCredentials(table, tenant, theirs, now)));
    rotations.push(...(await listRotations(table, tenant)).map((record) => ({ tenant, record })));
  });
  return {
    alerts: [...rotationAlerts(rotations, rules), ...announcementAlerts(announced(known, now), rules, run.startedAt)],
    readAt: now,
    digest: (since) => rotationDigest({ credentials: known, rotations, now }, since),
  };
}
