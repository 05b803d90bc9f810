import { type RunKey, runKey } from "../findings/ledger/run-record.ts";
import type { Clock } from "../model/clock.ts";
import type { Row, Table } from "../store/table.ts";
import { type AlertRules, localDay } from "./alert-rules.ts";
import type { AnnounceParts, EndedRun } from "./announce-parts.ts";
import { notSeen } from "./day.ts";
import type { Delivery } from "./deliver.ts";
import { digestAlert } from "./digest.ts";
import { LONGEST_PASS } from "./hold-runs.ts";
import { lastAudits, type PendingRun, readReport } from "./pending-runs.ts";
import type { RunReport } from "./run-report.ts";

/** The last digest: which day's it was and which runs it told of. It is the notice of that digest, too. */
interface LastDigest {
  /** `YYYY-MM-DD` in the schedule's zone; empty before the first. */
  day: string;
  /** The pending runs that it told of, and parts of runs, by their sort keys. */
  runs: readonly string[];
  /** Until when it told of what no audit has found: ISO 8601; absent where there was nothing of the kind. */
  until?: string;
  /** Who is sending the next one, and until when nobody else does. */
  claim: { by: RunKey; until: string } | null;
}

const DIGEST_KEY = { partition: "NOTICE#digest", sort: "NOTICE" };

/** The sort keys of the pending runs that the last digest told of. */
export const lastDigested = async (table: Table): Promise<ReadonlySet<string>> =>
  new Set((await table.get<LastDigest>(DIGEST_KEY))?.value.runs);

/** Sends the digest where it is due, over every held run that no digest covered. */
export async function tellDigest(
  ended: EndedRun,
  held: readonly Row<PendingRun>[],
  { rules, publisher, table, clock, unreached = 0, news }: AnnounceParts,
  delivery: Delivery,
): Promise<void> {
  const uncovered = held.filter(({ value }) => !value.isDigested);
  if (uncovered.length === 0) return;
  const { run } = ended;
  const day = localDay(run.startedAt, rules.timezone);
  const claimed = await claimDigest(runKey(run), (last) => isDue(last, ended, rules), table, clock);
  if (!claimed) return;
  const reports: RunReport[] = [];
  for (const { value } of uncovered) reports.push(await readReport(value, table));
  const part = news?.digest(claimed.since);
  const before = await lastAudits(notSeen(reports, rules.tenants), table);
  const alert = digestAlert(reports, day, run.startedAt, rules, { unreached, before, ...(part && { news: part }) });
  const until = news && { until: new Date(news.readAt).toISOString() };
  const runs = uncovered.map(({ key }) => key.sort);
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
