import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import { ASKED_STEPS, type AskedStep, readAsked } from "../approvals/asked.ts";
import { ownKeysOf } from "../contain/added.ts";
import type { PreservedKeys } from "../contain/look.ts";
import { INCIDENT_STEPS, type Incident, stoppedAt, wasContained } from "../incident/incident.ts";
import { readAllPreserved } from "../incident/preserve.ts";
import { readTimeline } from "../incident/timeline.ts";
import { type InvestigationRecord, readInvestigation } from "../investigate/investigation-record.ts";
import { seenExposures } from "../investigate/seen-exposures.ts";
import type { TokenFacts } from "../leak/leaked-token.ts";
import type { IncidentParts } from "../parts.ts";
import type { RevokedClient } from "../ports.ts";
import { mayBeBeingReplaced } from "../respond/rotate-again.ts";
import type { UseTally } from "../watch/log-use.ts";
import { readSeen } from "../watch/seen.ts";
import { refutesRevocation } from "../watch/user-tokens.ts";
import { isUnread, readWatch, type WatchRecord } from "../watch/watch-record.ts";
import { atItsEnd } from "../watch/watch-result.ts";
import { knownReach } from "../window/known-reach.ts";
import { refreshTokensRevoked } from "../window/refresh-tokens.ts";
import type { ExposureWindow } from "../window/window.ts";
import type {
  AskedPlan,
  BundledInvestigation,
  BundledStep,
  BundledUse,
  BundledWatch,
  BundledWindow,
  IncidentBundle,
} from "./bundle.ts";
import { credentialStates } from "./credentials.ts";
import { lessonsOf } from "./lessons.ts";
import { oldCredential } from "./old-credential.ts";
import { lockAtLast, type PresentClient } from "./present-client.ts";
import { openQuestions } from "./questions.ts";

/** What evidence is made from. */
export interface BundleParts extends Pick<IncidentParts, "table" | "settings" | "clock"> {
  /** The application as it is now. */
  present(): Promise<PresentClient>;
}

/** Puts together what is remembered of an incident, and how the application stands now. */
export async function makeBundle(incident: Incident, parts: BundleParts): Promise<IncidentBundle> {
  const { table, settings, clock } = parts;
  const now = clock.now();
  const preserved = await readAllPreserved(table, incident);
  const watch = (await readWatch(table, incident.id))?.value;
  const investigation = (await readInvestigation(table, incident.id))?.value;
  const said = await refreshTokensRevoked(table, incident.id);
  const present = await parts.present();
  const lock = await lockAtLast(incident, present, table);
  const exposed = (record: InvestigationRecord) => seenExposures(incident, record, table);
  const facts: Omit<IncidentBundle, "questions" | "lessons"> = {
    schemaVersion: 1,
    generatedAt: iso(now),
    incident: {
      id: incident.id,
      tenant: incident.tenant,
      domain: settings.domain,
      clientId: incident.clientId,
      reason: incident.reason,
      openedBy: incident.openedBy,
      openedAt: iso(incident.openedAt),
      leakedSince: isoOrNull(incident.leakedSince),
      drill: incident.drill,
    },
    leak: incident.leak && {
      kind: incident.leak.kind,
      meaning: `${incident.drill ? "In an emergency: " : ""}${incident.leak.meaning}`,
      levers: incident.leak.levers,
      isContainable: incident.leak.isContainable,
    },
    token: incident.token && bundledToken(incident.token),
    isContained: wasContained(incident) && lock !== "open",
    lockAtLast: lock,
    ended: incident.ended ? { ...incident.ended, at: iso(incident.ended.at) } : null,
    stoppedAt: isoOrNull(isStopped(incident, lock) ? stoppedAt(incident) : null),
    restoredAt: isoOrNull(incident.restored?.at ?? null),
    steps: INCIDENT_STEPS.flatMap((step) => bundledStep(incident, step)),
    window: incident.window && bundledWindow(incident.window),
    refreshTokensRevoked: said ? { by: said.by, at: iso(said.at) } : null,
    // In a drill all of them are as they were.
    credentials: incident.drill
      ? []
      : credentialStates({
          incident,
          client: preserved.client as RevokedClient | undefined,
          keys: preserved.keys as PreservedKeys | undefined,
          own: await ownKeysOf(incident, table),
          ...{ present, old: await oldCredential(incident, table) },
          users: (await knownReach(incident, { table, now, earlier: investigation, watched: watch })).users,
          refreshTokensRevokedAt: said?.at ?? null,
          refreshedAt: refutesRevocation(said, watch?.users) ? (watch?.users.refreshedAt ?? null) : null,
          now,
        }),
    investigation: investigation ? bundledInvestigation(investigation, await exposed(investigation)) : null,
    watch: watch ? bundledWatch(watch, incident) : null,
    events: await all(readSeen(table, incident.id), ({ at, ...event }) => ({ ...event, at: iso(at) })),
    approvals: (await Promise.all(ASKED_STEPS.map((step) => askedPlan(incident.id, step, table)))).flat(),
    preserved,
    timeline: await all(readTimeline(table, incident.id), ({ at, who, what, answer }) => ({
      at: iso(at),
      who,
      what,
      answer,
    })),
  };
  const isReplacing = !settings.isAlone && mayBeBeingReplaced(incident, now);
  const questions = openQuestions(facts, { ...settings, isReplacing });
  return { ...facts, questions, lessons: lessonsOf(facts, settings) };
}

/** Nothing is stopped in a drill; and what the log refutes, or is open in the end, was not. */
const isStopped = ({ drill, restored }: Incident, lock: IncidentBundle["lockAtLast"]): boolean =>
  !drill && restored?.refutedAt === undefined && lock !== "open";

async function all<T, R>(rows: AsyncIterable<T>, change: (row: T) => R): Promise<R[]> {
  const values: R[] = [];
  for await (const row of rows) values.push(change(row));
  return values;
}

/** Only what may be shown: beside it stands the token that completes the waiting step. */
async function askedPlan(incident: string, step: AskedStep, table: Table): Promise<AskedPlan[]> {
  const asked = await readAsked(table, incident, step);
  if (!asked) return [];
  const { plan, lines, planHash, decision } = asked;
  return [{ step, planHash, plan, lines, decision }];
}

function bundledStep({ steps, ended }: Incident, step: BundledStep["step"]): BundledStep[] {
  const recorded = steps[step];
  if (!recorded) return [];
  const result = ended ? atItsEnd(recorded) : recorded;
  const { at, outcome, message } = result;
  const missing = result.outcome === "incomplete" ? result.missing : [];
  const told = "told" in result ? (result.told ?? []) : [];
  return [{ step, at: iso(at), outcome, message, missing, told }];
}

const bundledToken = ({ issuedAt, notBefore, expiresAt, ...token }: TokenFacts): IncidentBundle["token"] => ({
  ...token,
  issuedAt: isoOrNull(issuedAt),
  notBefore: isoOrNull(notBefore),
  expiresAt: isoOrNull(expiresAt),
});

const bundledWindow = (window: ExposureWindow): BundledWindow => ({
  state: window.state,
  at: iso(window.state === "closes" ? window.at : window.knownUntil),
  because: window.state === "closes" ? [] : window.because,
  tokenUntil: isoOrNull(window.tokenUntil),
  apis: window.apis.map(({ audience, until, lifetime, assumed }) => ({
    audience,
    until: iso(until),
    lifetime,
    assumed,
  })),
  others: window.others,
});

const bundledUse = ({ what, count, ips, firstAt, lastAt }: UseTally): BundledUse => ({
  what,
  count,
  ips,
  firstAt: iso(firstAt),
  lastAt: iso(lastAt),
});

const bundledInvestigation = (
  record: InvestigationRecord,
  { exposures, others }: Awaited<ReturnType<typeof seenExposures>>,
): BundledInvestigation => ({
  isRead: record.isRead,
  earlier: record.earlier,
  notKept: record.notKept,
  notCompared: record.notCompared,
  reachesBackTo: isoOrNull(record.reachesBackTo),
  gaps: (record.gaps ?? []).map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
  uses: record.uses.map(bundledUse),
  changes: record.compared?.changes ?? [],
  otherChanges: record.compared?.others ?? 0,
  sectionsNotCompared: [...(record.compared?.notCompared ?? []), ...(record.sinceAudit?.notCompared ?? [])],
  comparedWith: record.compared && { before: iso(record.compared.before.at), after: iso(record.compared.after.at) },
  exposures: exposures.map(({ at, ...exposure }) => ({ ...exposure, at: isoOrNull(at) })),
  otherExposures: others,
  plantedNotFollowed: record.planted.notFollowed,
});

const bundledWatch = (record: WatchRecord, incident: Incident): BundledWatch => ({
  notKept: record.notKept,
  startedAt: iso(record.startedAt),
  lockedAt: isoOrNull(record.lockedAt),
  readUntil: isUnread(record, incident) ? null : iso(record.readUntil),
  gaps: record.gaps.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
  own: record.ownEvents,
  told: record.told.map(bundledUse),
  counted: record.counted.map(bundledUse),
  planted: record.planted.clients,
  plantedNotFollowed: record.planted.notFollowed,
  plantedUses: record.planted.uses.map(bundledUse),
});

const iso = (instant: Instant): string => new Date(instant).toISOString();
const isoOrNull = (instant: Instant | null): string | null => (instant === null ? null : iso(instant));
