import type { RunRef } from "../findings/ledger/run-record.ts";
import type { Clock } from "../model/clock.ts";
import type { Table } from "../store/table.ts";
import type { AlertRules } from "./alert-rules.ts";
import type { News } from "./news.ts";
import type { Publisher, RunWatch } from "./ports.ts";

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
