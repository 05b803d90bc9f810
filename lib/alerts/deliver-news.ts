import type { RunRef } from "../findings/ledger/run-record.ts";
import type { Clock } from "../model/clock.ts";
import type { Table } from "../store/table.ts";
import type { Alert } from "./alert.ts";
import { type AlertRules, localDay } from "./alert-rules.ts";
import { type Bundle, bundled, bundledForOwners } from "./bundle.ts";
import { type Delivery, deliverAlerts, isTold, noteTold } from "./deliver.ts";
import type { Publisher } from "./ports.ts";

/**
 * Publishes what was not told yet of alerts that are computed anew by each run. Where there are too many for single
 * messages, summaries tell of them. Which ones is noted before they are sent, so that whoever dies in between tells the
 * same again and none comes once more the next day.
 */
export async function deliverNews(
  alerts: readonly Alert[],
  { run, rules }: { run: RunRef; rules: Pick<AlertRules, "table" | "timezone"> },
  publisher: Publisher,
  table: Table,
  clock: Clock,
): Promise<Delivery> {
  const fresh: Alert[] = [];
  const known: string[] = [];
  for (const alert of alerts) {
    if (await isTold(alert.id, table)) known.push(alert.id);
    else fresh.push(alert);
  }
  const bundle: Bundle = {
    run,
    rules,
    kind: "rotation",
    noun: "matter of rotation",
    nouns: "matters of rotation",
    day: localDay(run.startedAt, rules.timezone),
    steps: ["How rotations stand: npx curfew rotate status"],
  };
  const forOwners = fresh.filter(({ kind }) => kind === "rotation-due");
  const forAll = fresh.filter(({ kind }) => kind !== "rotation-due");
  const shown = [...bundled(forAll, bundle), ...bundledForOwners(forOwners, { ...bundle, ...COMING })];
  const isFresh = new Set(fresh.map(({ id }) => id));
  const summaries = shown.map(({ id }) => id).filter((id) => !isFresh.has(id));
  const isShown = new Set(shown.map(({ id }) => id));
  for (const alert of fresh) if (!isShown.has(alert.id)) await noteTold(alert, table, clock, summaries);
  const delivery = await deliverAlerts(shown, publisher, table, clock);
  return { ...delivery, known: [...known, ...delivery.known] };
}

const COMING = { noun: "rotation to come", nouns: "rotations to come" };
