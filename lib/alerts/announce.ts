import type { Row, Table } from "../store/table.ts";
import type { AnnounceParts, EndedRun } from "./announce-parts.ts";
import { atOnceAlerts } from "./at-once.ts";
import { type Delivery, deliverAlerts } from "./deliver.ts";
import { deliverNews } from "./deliver-news.ts";
import { holdOthers, holdOwn, LONGEST_PASS } from "./hold-runs.ts";
import { markTold, noteRest, type PendingRun, pendingKey, pendingRuns, readReport } from "./pending-runs.ts";
import { lastDigested, tellDigest } from "./tell-digest.ts";

/**
 * Tells people about a run that has ended, then about earlier ones that died before they could: what there is to ask
 * and to wait for about those keeps nothing of this one back.
 *
 * A run stays pending until everything about it was told: at once, and in a digest. So whatever dies, the next pass
 * finds it; and since alerts are computed from all that the run left behind, it finds the same alerts with the same ids.
 *
 * @returns what became of the alerts. While `failed` is not empty the run stays pending; try again.
 */
export async function announce(ended: EndedRun, parts: AnnounceParts): Promise<Delivery> {
  const delivery: Delivery = { sent: [], known: [], failed: [] };
  await settle(parts.table);
  if (await isAnnounced(ended, parts.table)) return delivery;
  const own = await holdOwn(ended, parts);
  const held = own ? [own] : [];
  if (own && !own.value.isTold) await tellAtOnce(own, { ...parts, isOwn: true }, delivery);
  for (const row of await holdOthers(ended, parts)) {
    held.push(row);
    if (!row.value.isTold) await tellAtOnce(row, { ...parts, isOwn: false }, delivery);
  }
  await tellDigest(ended, held, parts, delivery);
  await settle(parts.table);
  return delivery;
}

/** True for a run of which everything was told long ago, and which is only replayed. */
async function isAnnounced({ run, tenants }: EndedRun, table: Table): Promise<boolean> {
  if (await table.get(pendingKey(run))) return false;
  const { records } = await readReport({ run, tenants }, table);
  return records.length > 0 && records.every(({ announced }) => announced);
}

/**
 * News are told together with the run of this pass, which stays pending until all of both was told. Tenants of it that
 * left no record are looked at once more by a later pass: a function that was given up may go on, and record something.
 */
async function tellAtOnce(
  row: Row<PendingRun>,
  { rules, publisher, table, clock, news, isOwn }: AnnounceParts & { isOwn: boolean },
  delivery: Delivery,
): Promise<void> {
  const { run } = row.value;
  const report = await readReport(row.value, table);
  const { sent, known, failed } = await deliverAlerts(atOnceAlerts(report, rules), publisher, table, clock);
  if (isOwn && news) {
    const told = await deliverNews(news.alerts, { run, rules }, publisher, table, clock);
    sent.push(...told.sent);
    known.push(...told.known);
    failed.push(...told.failed);
  }
  delivery.sent.push(...sent);
  delivery.known.push(...known);
  delivery.failed.push(...failed);
  if (isOwn && failed.length === 0 && report.missing.length > 0) {
    const freeAt = clock.now() + LONGEST_PASS;
    await noteRest({ run, tenants: report.missing, freeAt, areMissingTold: true }, table);
  }
  // What failed is given back at once: whoever comes next, a person by hand perhaps, is to tell it.
  const value =
    failed.length === 0
      ? { ...row.value, isTold: true }
      : { ...row.value, heldUntil: new Date(clock.now()).toISOString() };
  await table.put(row.key, value, { ifVersion: row.version });
}

/** Does away with the runs of which everything was told, and notes which of the others the last digest covered. */
async function settle(table: Table): Promise<void> {
  const covered = await lastDigested(table);
  for (const { key, value, version } of await pendingRuns(table)) {
    const isDigested = value.isDigested || covered.has(key.sort);
    if (value.isTold && isDigested) {
      await markTold(value, table);
      await table.remove(key, { ifVersion: version });
    } else if (isDigested && !value.isDigested) {
      await table.put(key, { ...value, isDigested }, { ifVersion: version });
    }
  }
}
