import { type Incident, lockedSince } from "../incident/incident.ts";
import { nowhereSince } from "../incident/nowhere.ts";
import { type PreservedPart, preserve, readPreserved } from "../incident/preserve.ts";
import type { IncidentParts } from "../parts.ts";
import type { RegisteredClientKey, SigningKey } from "../ports.ts";
import type { ApiReading } from "../window/api-looks.ts";
import { settingsOf } from "../window/readings.ts";
import { type Came, incomplete, reasonOf } from "./came.ts";
import { keepFirstLook } from "./first-look.ts";
import { runStep } from "./run-step.ts";
import type { StepRun } from "./step-run.ts";
import { tried } from "./tried.ts";

/** `PRESERVED#log-position`: where watching begins. */
export interface LogPosition {
  /**
   * The newest event from before the lock, or from before it was read where nothing was locked, behind which all from
   * since then come; null where none was.
   */
  event: string | null;
}

/** `PRESERVED#api-lifetimes`, as an incident saw them first. */
export type PreservedLifetimes = ApiReading;

/** `PRESERVED#signing-keys`. */
export type PreservedSigningKeys = readonly SigningKey[];

/** `PRESERVED#keys`. */
export interface PreservedKeys {
  /** Ids of those that were attached before one was detached; null where nobody looked then. */
  attached: readonly string[] | null;
  keys: readonly RegisteredClientKey[];
}

/**
 * Keeps what the rest of the incident needs to know of the tenant as it was: the log's position, the lifetimes of its
 * APIs, its signing keys and the application's registered keys; and what was there at the first look, where that is not
 * kept yet. Each of them by itself: what cannot be read is said, and
 * holds nothing up. What is kept already is not read again.
 */
export const look = (incident: Incident, parts: IncidentParts): Promise<Incident> =>
  runStep("look", incident, parts, lookAround).then((ended) => ended.incident);

/** See {@link look}. */
export async function lookAround(run: StepRun): Promise<Came> {
  const { tenant, parts } = run;
  // Whatever is done in the seconds after the lock is for the watch: looking comes later, and may have to be repeated.
  const lockedAt = lockedSince(run.incident);
  const [first, ...missing] = await Promise.all([
    keepFirstLook(run),
    keep(
      run,
      "log-position",
      "the log's position",
      async (): Promise<LogPosition> => ({
        event: (await tenant.lastLogEvent(lockedAt ?? parts.clock.now())) ?? null,
      }),
    ),
    keep(run, "api-lifetimes", "the lifetimes of the APIs' tokens", async (): Promise<PreservedLifetimes> => {
      const at = parts.clock.now();
      return { at, apis: (await tenant.apis()).map(settingsOf) };
    }),
    keep(run, "signing-keys", "the signing keys", (): Promise<PreservedSigningKeys> => tenant.signingKeys()),
    // Of an application that is not there nothing is missing; should it come, the next look keeps it.
    nowhereSince(run.incident) === null
      ? keep(run, "keys", "the application's registered keys", async (): Promise<PreservedKeys> => {
          return { attached: null, keys: await tenant.keys() };
        })
      : undefined,
  ]);
  const lines = [...first, ...missingLines(missing.flatMap((one) => one ?? []))];
  return lines.length === 0
    ? { outcome: "done", message: "What the tenant was when the incident began is kept." }
    : incomplete("Some of what the tenant was could not be kept.", lines, null);
}

/** What is missing, and why, in words that go behind a colon. */
interface NotKept {
  what: string;
  why: string;
}

/** Each reason once. */
const missingLines = (missing: readonly NotKept[]): string[] =>
  [...Map.groupBy(missing, ({ why }) => why)].map(([why, all]) => `${all.map(({ what }) => what).join(", ")}: ${why}`);

/** @returns what is missing */
async function keep<T>(
  run: StepRun,
  part: PreservedPart,
  what: string,
  read: () => Promise<T>,
): Promise<NotKept | undefined> {
  const { parts, incident, keeping } = run;
  const known = await keeping.store(() => readPreserved(parts.table, incident, part));
  if (known?.stored !== undefined) return undefined;
  const came = await tried(read);
  if ("error" in came) return { what, why: reasonOf(came.error) };
  const stored = await keeping.store(() => preserve(parts.table, incident, part, came.value));
  return stored ? undefined : { what, why: "read, and not stored" };
}
