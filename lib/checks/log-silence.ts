import type { Exchanges, History, Instant } from "../history/history.ts";
import type { Seconds } from "../model/duration.ts";
import { days } from "../model/duration.ts";
import type { Resource } from "../model/resource.ts";
import type { CheckContext } from "./define-check.ts";
import { dayOf, historyOf, logOf, whyNotCurrent } from "./history-of.ts";
import { secondsSince } from "./instants.ts";
import { distinguishable } from "./judge-value.ts";
import { type Bands, judge } from "./limits.ts";
import { fail, noHistory, type Outcome, pass, unknown } from "./outcome.ts";

/** CIS asks to disable what was not used for 45 days. Source: CIS AWS Foundations Benchmark, "credentials unused". */
export const UNUSED: Seconds = days(45);

/** For how long a client obtained no token, as far as the log tells. */
export interface Silence {
  seconds: Seconds;
  /** The last exchange in the log; undefined when it holds none. */
  last: Instant | undefined;
}

/**
 * How long a client has been silent. A log that holds no exchange proves silence only from its own beginning on, and
 * only for as long as the client is known.
 *
 * @returns undefined when the client is not known, so that nobody knows since when it is there
 */
function silenceOf(clientId: string, { seen }: History, { since, until, lastSeen }: Exchanges) {
  const last = lastSeen.get(clientId);
  const first = seen.get(clientId)?.first;
  const from = last ?? (first === undefined ? undefined : Math.max(first, since));
  return from === undefined ? undefined : ({ seconds: Math.max(0, secondsSince(from, until)), last } satisfies Silence);
}

/**
 * Judges a client's silence. Too long a silence fails; an exchange within the limit passes, and so does a client that
 * is younger than the limit. A log that is shorter than the limit proves nothing about a client that is silent in it.
 *
 * @param subject who is silent, as the start of a sentence: "The application"
 */
export function judgeSilence(
  resource: Resource,
  clientId: string,
  { bands, subject, context }: { bands: Bands; subject: string; context: CheckContext },
): Outcome {
  const history = historyOf(context);
  const log = logOf(context);
  const silence = silenceOf(clientId, history, log);
  if (!silence) return unknown(resource, noHistory("the application is not recorded yet"));
  const verdict = judge(silence.seconds, bands);
  if (verdict) {
    const notCurrent = whyNotCurrent(log, context.now);
    if (notCurrent) return unknown(resource, notCurrent);
    const [observed, limit] = distinguishable(silence.seconds, verdict.limit);
    const what =
      silence.last === undefined
        ? `${subject} obtained no token for at least ${observed}, as far back as it is known`
        : `${subject} obtained its last token ${observed} before the end of the tenant's log`;
    const message = `${what}; the limit is ${limit}.`;
    return fail(resource, { ...verdict, observed: silence.seconds, unit: "seconds", message });
  }
  if (silence.last !== undefined || isYounger(clientId, history, log)) return pass(resource);
  const detail = `the tenant's log tells of no token, and is known from ${dayOf(log.since)} on only`;
  return unknown(resource, noHistory(detail));
}

/** Created after the log begins: its silence is as long as its life. */
function isYounger(clientId: string, { seen }: History, { since }: Exchanges): boolean {
  const notBefore = seen.get(clientId)?.notBefore;
  return notBefore !== undefined && notBefore >= since;
}
