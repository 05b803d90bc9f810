import { type RunKey, type RunRef, runKey } from "../findings/ledger/run-record.ts";
import type { Clock } from "../model/clock.ts";
import type { Row, Table } from "../store/table.ts";
import { type AlertRules, localDay } from "./alert-rules.ts";
import { atOnceAlerts } from "./at-once.ts";
import { notSeen } from "./day.ts";
import { type Delivery, deliverAlerts } from "./deliver.ts";
import { deliverNews } from "./deliver-news.ts";
import { digestAlert } from "./digest.ts";
import type { News } from "./news.ts";
import { lastAudits, markTold, type PendingRun, pending, pendingKey, pendingRuns, readReport } from "./pending-runs.ts";
import type { Publisher, RunWatch } from "./ports.ts";
import type { RunReport } from "./run-report.ts";

/** A run whose tenants have all been tried. */
export interface EndedRun {
  run: RunRef;
  tenants: readonly string[];
}

/** Where alerts go and what they are decided by. */
export interface AnnounceParts {
  rules: AlertRules;
  publisher: Publisher;
  table: Table;
  clock: Clock;
  /** Says of other runs whether they are over; left out where nobody can know, and a run then counts as under way. */
  runs?: RunWatch;
  /** How many subscriptions of people are missing or not confirmed, null where nobody could count them; the digest says so. */
  unreached?: number | null;
  /** What there is to tell beside what audits found. */
  news?: News;
}

/** The last digest: which day's it was and which runs it told of. It is the notice of that digest, too. */
export interface LastDigest {
  /** `YYYY-MM-DD` in the schedule's zone; empty before the first. */
  day: string;
  runs: readonly RunKey[];
  /** Until when it told of what no audit has found: ISO 8601; absent where there was nothing of the kind. */
  until?: string;
  /** Who is sending the next one, and until when nobody else does. */
  claim: { by: RunKey; until: string } | null;
}

/** Longer than a Lambda may live (15 minutes): whoever holds something that long has died. Milliseconds. */
const LONGEST_PASS = 20 * 60_000;

const DIGEST_KEY = { partition: "NOTICE#digest", sort: "NOTICE" };

/**
 * Tells people about a run that has ended, and about earlier ones that died before they could.
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
  const held = await hold(ended, parts);
  const own = pendingKey(ended.run).sort;
  for (const row of held) {
    if (!row.value.isTold) await tellAtOnce(row, row.key.sort === own ? parts.news : undefined, parts, delivery);
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

/** Takes what this pass is to tell: its own run, and those that nobody holds any more. */
async function hold(ended: EndedRun, parts: AnnounceParts): Promise<Row<PendingRun>[]> {
  const { table, clock } = parts;
  const now = clock.now();
  const own = pendingKey(ended.run).sort;
  await table.put(pendingKey(ended.run), pending(ended.run, ended.tenants, now), { ifVersion: 0 });
  const held: Row<PendingRun>[] = [];
  for (const row of await pendingRuns(table)) {
    const isWaiting = row.value.isTold; // for a digest only, which has a claim of its own
    if (row.key.sort !== own && !isWaiting && (await isSomebodys(row.value, parts))) continue;
    const value = { ...row.value, heldUntil: new Date(now + LONGEST_PASS).toISOString() };
    if (isWaiting) held.push(row);
    else if (await table.put(row.key, value, { ifVersion: row.version }))
      held.push({ key: row.key, value, version: row.version + 1 });
  }
  return held;
}

/**
 * True while somebody else is to tell of a run: another pass, or the run itself. A pass holds a run for a short time
 * only, so whoever holds it for longer is the run, and that may have been stopped: then its functions, which go on, are
 * given the time to end.
 */
async function isSomebodys({ run, heldUntil }: PendingRun, { clock, runs }: AnnounceParts): Promise<boolean> {
  const left = Date.parse(heldUntil) - clock.now();
  if (left <= 0) return false;
  if (left <= LONGEST_PASS || !runs) return true;
  const endedAt = await runs.endedAt(run);
  return endedAt === undefined || endedAt + LONGEST_PASS > clock.now();
}

/** @param news told together with this run, which stays pending until all of both was told */
async function tellAtOnce(
  row: Row<PendingRun>,
  news: News | undefined,
  { rules, publisher, table, clock }: AnnounceParts,
  delivery: Delivery,
): Promise<void> {
  const report = await readReport(row.value, table);
  const { sent, known, failed } = await deliverAlerts(atOnceAlerts(report, rules), publisher, table, clock);
  if (news) {
    const told = await deliverNews(news.alerts, { run: row.value.run, rules }, publisher, table, clock);
    sent.push(...told.sent);
    known.push(...told.known);
    failed.push(...told.failed);
  }
  delivery.sent.push(...sent);
  delivery.known.push(...known);
  delivery.failed.push(...failed);
  // What failed is given back at once: whoever comes next, a person by hand perhaps, is to tell it.
  const value =
    failed.length === 0
      ? { ...row.value, isTold: true }
      : { ...row.value, heldUntil: new Date(clock.now()).toISOString() };
  await table.put(row.key, value, { ifVersion: row.version });
}

/** Sends the digest where it is due, over every held run that no digest covered. */
async function tellDigest(
  ended: EndedRun,
  held: readonly Row<PendingRun>[],
  { rules, publisher, table, clock, unreached = 0, news }: AnnounceParts,
  delivery: Delivery,
): Promise<void> {
  const uncovered = held.filter(({ value }) => !value.isDigested).map(({ value }) => value);
  if (uncovered.length === 0) return;
  const { run } = ended;
  const day = localDay(run.startedAt, rules.timezone);
  const claimed = await claimDigest(runKey(run), (last) => isDue(last, ended, rules), table, clock);
  if (!claimed) return;
  const reports: RunReport[] = [];
  for (const pendingRun of uncovered) reports.push(await readReport(pendingRun, table));
  const part = news?.digest(claimed.since);
  const before = await lastAudits(notSeen(reports, rules.tenants), table);
  const alert = digestAlert(reports, day, run.startedAt, rules, { unreached, before, ...(part && { news: part }) });
  const until = news && { until: new Date(news.readAt).toISOString() };
  const runs = uncovered.map((pendingRun) => runKey(pendingRun.run));
  try {
    await publisher.publish(alert);
    await table.put<LastDigest>(DIGEST_KEY, { day, runs, ...until, claim: null }, { ifVersion: claimed.version });
    delivery.sent.push(alert.id);
  } catch (error) {
    delivery.failed.push({ id: alert.id, error });
  }
}

const DAY = 86_400_000;

/**
 * A digest is due with the first run of a day over all tenants: one that somebody starts by hand for a single tenant
 * must not take it away from the morning's. Where there are only such runs, they send it when it is two days late.
 *
 * @param last the day of the last one
 */
function isDue(last: string, { run, tenants }: EndedRun, rules: AlertRules): boolean {
  if (localDay(run.startedAt, rules.timezone) <= last) return false;
  if (rules.tenants.every((tenant) => tenants.includes(tenant))) return true;
  return last < localDay(new Date(Date.parse(run.startedAt) - 2 * DAY).toISOString(), rules.timezone);
}

/** A digest that this pass is to send. */
interface Claimed {
  /** The version of the row. */
  version: number;
  /** Until when the last one told: milliseconds since the epoch; a day ago where nobody knows. */
  since: number;
}

/** Undefined when no digest is due or another pass is at it. */
async function claimDigest(
  by: RunKey,
  isWanted: (last: string) => boolean,
  table: Table,
  clock: Clock,
): Promise<Claimed | undefined> {
  const row = await table.get<LastDigest>(DIGEST_KEY);
  const last: LastDigest = row?.value ?? { day: "", runs: [], claim: null };
  if (!isWanted(last.day)) return undefined;
  const now = clock.now();
  if (last.claim && last.claim.by !== by && Date.parse(last.claim.until) > now) return undefined;
  const claim = { by, until: new Date(now + LONGEST_PASS).toISOString() };
  const version = row?.version ?? 0;
  const isClaimed = await table.put<LastDigest>(DIGEST_KEY, { ...last, claim }, { ifVersion: version });
  return isClaimed ? { version: version + 1, since: last.until ? Date.parse(last.until) : now - DAY } : undefined;
}

/** Does away with the runs of which everything was told, and notes which of the others the last digest covered. */
async function settle(table: Table): Promise<void> {
  const covered = new Set((await table.get<LastDigest>(DIGEST_KEY))?.value.runs);
  for (const { key, value, version } of await pendingRuns(table)) {
    const isDigested = value.isDigested || covered.has(runKey(value.run));
    if (value.isTold && isDigested) {
      await markTold(value, table);
      await table.remove(key, { ifVersion: version });
    } else if (isDigested && !value.isDigested) {
      await table.put(key, { ...value, isDigested }, { ifVersion: version });
    }
  }
}
