import type { AgeSource, Instant } from "../../history/history.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { failedTry } from "../ledger/failing.ts";
import { backUntil } from "./went-back.ts";

/** When a credential's time is over. */
export interface DueDate {
  dueAt: Instant;
  source: AgeSource;
}

/** How much one run may begin. */
export interface RotationLimits {
  maxPerRun: number;
  /** Of all credentials that are rotated automatically, in per cent. */
  maxPercentPerRun: number;
}

const DAY = 86_400_000;

/** People hear of a rotation these days before it. Source: the issue, "7 days and 1 day before". */
const MARKS = [1, 7] as const;
export type Mark = (typeof MARKS)[number];

/**
 * When a credential becomes due; undefined where its age is not known.
 * An age of which only a lower bound is known counts as that: the credential is then due later than it should be, and
 * never earlier. What people went back to has a week from when a run saw it, however old it is; where none has and
 * one will, from now on.
 */
export function dueDate(credential: Aged, now: Instant): DueDate | undefined {
  const { age, maxAge } = credential;
  if (!age) return undefined;
  const back = backUntil(credential, isAutomatic(credential) ? now : undefined);
  return { dueAt: Math.max(age.since + maxAge * 1000, back ?? 0), source: age.source };
}

type Aged = Pick<KnownCredential, "age" | "maxAge" | "stored" | "rotation" | "rotate" | "hasRotator">;

/** Whether a credential is older than it may be. As for every check, the limit itself is not too old. */
export function isDue(credential: Aged, now: Instant): boolean {
  const date = dueDate(credential, now);
  return date !== undefined && now > date.dueAt;
}

/** A rotation that is to come. */
export interface Announcement extends DueDate {
  credential: KnownCredential;
  /** The last of the marks that it has passed: that many days are left at most, or no other audit comes before. */
  mark: Mark;
}

/**
 * The automatic rotations that come within a week, the next one first; none of what is held or cannot be rotated.
 *
 * @param auditEvery the longest time between two audits, in milliseconds: where that is more than a day, the last mark
 * is passed by the last audit before the day
 */
export function announced(
  credentials: readonly KnownCredential[],
  now: Instant,
  auditEvery: number = DAY,
): Announcement[] {
  return credentials
    .flatMap((credential): Announcement[] => {
      const date = dueDate(credential, now);
      if (!date || !isAutomatic(credential) || credential.rotation?.held || now > date.dueAt) return [];
      const left = date.dueAt - now;
      const mark = left <= auditEvery ? MARKS[0] : MARKS.find((days) => left <= days * DAY);
      return mark === undefined ? [] : [{ credential, mark, ...date }];
    })
    .sort((a, b) => a.dueAt - b.dueAt || byName(a.credential, b.credential));
}

/** The credentials that are due and rotated automatically, the oldest first but after them what failed, and what becomes of them in a run. */
export interface DuePlan {
  /** To be rotated now, in this order. */
  taken: readonly KnownCredential[];
  /** Due as well, and left to a later run: there are too many, or their tenants are barred today. */
  waiting: readonly KnownCredential[];
  /** Due, and only a person can go on. */
  held: readonly KnownCredential[];
}

/** What a run may do. */
export interface DueRules {
  now: Instant;
  limits: RotationLimits;
  /** How many credentials are rotated automatically, in all tenants: what the per cent are of. */
  automatic: number;
  /** Tenants in which nothing is to be begun: this run could not audit them, or something failed in them today. */
  barred: ReadonlySet<string>;
  /** How many rotations this run has begun or brought forward: a retry of a run gets no second allowance. */
  begun: number;
}

/** Whether the audit run rotates it at all. */
export const isAutomatic = ({ rotate, hasRotator }: Pick<KnownCredential, "rotate" | "hasRotator">): boolean =>
  rotate === "auto" && hasRotator;

/**
 * Which of the due credentials are rotated: those that did not fail, the oldest first, as many as a run may.
 *
 * @param credentials without those on which somebody is at work: nothing is begun twice
 */
export function planDue(credentials: readonly KnownCredential[], rules: DueRules): DuePlan {
  const due = credentials
    .filter((one) => isAutomatic(one) && isDue(one, rules.now))
    .sort((a, b) => failedAt(a) - failedAt(b) || (a.age?.since ?? 0) - (b.age?.since ?? 0) || byName(a, b));
  const open = due.filter(({ rotation }) => !rotation?.held);
  const allowed = open.filter(({ tenant }) => !rules.barred.has(tenant));
  const taken = allowed.slice(0, Math.max(0, mostInARun(rules) - rules.begun));
  const isTaken = new Set(taken);
  return {
    taken,
    waiting: open.filter((one) => !isTaken.has(one)),
    held: due.filter(({ rotation }) => rotation?.held),
  };
}

/** One that fails keeps the others of its tenant back for a day, and no longer: the next day it comes after them. */
const failedAt = ({ rotation }: KnownCredential): Instant => (rotation && failedTry(rotation)?.at) ?? 0;

/** The smaller of both limits, and at least one: else a company with few credentials would never rotate. */
export function mostInARun({ limits, automatic }: Pick<DueRules, "limits" | "automatic">): number {
  const share = Math.ceil((limits.maxPercentPerRun * automatic) / 100);
  return Math.max(1, Math.min(limits.maxPerRun, share));
}

const byName = (a: KnownCredential, b: KnownCredential): number =>
  compare(a.tenant, b.tenant) || compare(a.clientId, b.clientId);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
