import { moment } from "../../alerts/change-alert.ts";
import type { Instant } from "../../history/history.ts";
import { hours, type Seconds } from "../../model/duration.ts";
import { isUnreadable } from "../../model/reported.ts";
import type { EndedTokens } from "../key-revocation/ended-tokens.ts";
import type { TokenFacts } from "../leak/leaked-token.ts";
import { type LifetimeSpan, LONGEST_LIFETIME, lifetimeSpans } from "./api-lifetimes.ts";
import type { KnownLifetimes } from "./api-looks.ts";
import type { Reach } from "./reach.ts";

/** What is known when somebody asks until when tokens that are out still work. */
export interface WindowQuestion extends KnownLifetimes {
  /** The tenant's canonical domain; null where it is not known. */
  domain: string | null;
  now: Instant;
  /** When the leak was reported: a token whose end is not known was issued by then. */
  reportedAt: Instant;
  /** The token that leaked; null when it was something else. */
  token: TokenFacts | null;
  reach: Reach;
  /** True for the API Explorer: who gets a token there chooses how long it lives, whatever the API's settings are. */
  lifetimesAreChosen: boolean;
  /** When it was proven that the application is given no token for itself any more; null while it is not. */
  stoppedAt: Instant | null;
  /** When its users' refresh tokens had all been revoked, as a person says; null while they are not. */
  refreshTokensRevokedAt: Instant | null;
  /** Since when they are said to be, where the log shows that they are not; absent where it does not. */
  refutedSince?: Instant | undefined;
  /** Tokens that were seen to end with the key that signed them; absent where none were. */
  ended?: EndedTokens | undefined;
}

/** Until when the tokens of one API may be accepted. */
export interface ApiWindow {
  audience: string;
  until: Instant;
  /** Seconds; of the token that lasts longest. */
  lifetime: Seconds;
  /** Why the longest lifetime there is was taken, in words that go into a sentence; null where this one was seen. */
  assumed: string | null;
}

/** Until when what leaked, and what may have been got with it, is accepted. */
export type ExposureWindow = {
  /** Those that last longest first, twenty at the most. */
  apis: readonly ApiWindow[];
  /** How many further APIs could be reached. */
  others: number;
  /** When the leaked token itself is over, as far as there is one and its end is known. */
  tokenUntil: Instant | null;
} & (
  | {
      state: "closes";
      /** From then on nothing that is out is accepted any more. */
      at: Instant;
    }
  | {
      state: "open";
      /** What keeps it open and what closes it: one sentence each. */
      because: readonly string[];
      /** Access tokens that were out at the last look work until then; more may have been issued since. */
      knownUntil: Instant;
    }
);

/**
 * Clocks differ: the one that dates a token, the one that judges it, and this one, each by seconds where they are kept.
 * Twenty for each is what the property test draws. An API that is more lenient than that accepts tokens for longer.
 */
const MARGIN = 60_000;

/** A window is stored and sent: a tenant may have a thousand APIs. */
const MOST_APIS = 20;

/**
 * Says until when tokens that are out are accepted: nobody can call them back.
 *
 * The end of the leaked token, or the end of the last one that may have been issued for any API within reach, whichever
 * is later, and a minute. Nothing here is a guess that looks better than the truth: what was not seen may have been the
 * longest there is. While tokens may still be issued the window is open.
 *
 * For an end that is not overstated the last reading must be one from after the stop: a thief may change lifetimes too.
 */
export function exposureWindow(question: WindowQuestion): ExposureWindow {
  const { token } = question;
  const because = reasonsToBeOpen(question);
  const issuedUntil = because.length > 0 ? lastLook(question) : stopOf(question);
  const isOver = because.length === 0 && haveAllEnded(question, issuedUntil);
  const all = apiWindows(question, issuedUntil)
    .map((window) => (isOver ? endedWindow(window, question.ended) : window))
    .sort((a, b) => b.until - a.until);
  const tokenUntil = token && endedToken(token, tokenEnd(token, question.reportedAt), question.ended);
  const end = Math.max(issuedUntil, tokenUntil ?? issuedUntil, ...all.slice(0, 1).map(({ until }) => until)) + MARGIN;
  const told = { apis: all.slice(0, MOST_APIS), others: Math.max(0, all.length - MOST_APIS), tokenUntil };
  return because.length > 0
    ? { ...told, state: "open", because, knownUntil: end }
    : { ...told, state: "closes", at: end };
}

function reasonsToBeOpen(question: WindowQuestion): string[] {
  const { stoppedAt, refreshTokensRevokedAt, refutedSince, reach, token } = question;
  if (refutedSince !== undefined && refreshTokensRevokedAt === null)
    return [...notStopped(stoppedAt), stillThere(refutedSince)];
  return [
    ...notStopped(stoppedAt),
    ...(reach.users && refreshTokensRevokedAt === null ? [reach.users === "not seen" ? USERS_NOT_SEEN : USERS] : []),
    ...(token?.form === "opaque" && refreshTokensRevokedAt === null
      ? ["The leaked token may be a refresh token, which works until it is revoked."]
      : []),
  ];
}

const USERS =
  "Users may have logged in through the application; their refresh tokens get new tokens until they are revoked.";

const USERS_NOT_SEEN =
  "Nobody could see whether users log in through the application; if they do, their refresh tokens get new tokens until they are revoked.";

/** Whether a person's word that refresh tokens are gone ends what keeps a window open: each such reason names them. */
export const waitsForRefreshTokens = (window: ExposureWindow | null): boolean =>
  window?.state === "open" && window.because.some((reason) => reason.toLowerCase().includes("refresh token"));

const notStopped = (stoppedAt: Instant | null): string[] =>
  stoppedAt === null ? ["It is not proven yet that the application gets no new token."] : [];

const stillThere = (since: Instant): string =>
  `Not all refresh tokens are revoked, though they are said to be since ${moment(new Date(since).toISOString())}: the tenant's log shows that one from before got a token after that. Revoke them, and say it once more.`;

const lastLook = ({ readings, now }: WindowQuestion): Instant => readings.at(-1)?.at ?? now;

/** From when on nothing was issued any more. */
const stopOf = ({ stoppedAt, refreshTokensRevokedAt, now }: WindowQuestion): Instant =>
  Math.max(stoppedAt ?? now, refreshTokensRevokedAt ?? 0);

/**
 * When a token is over. One that could not be checked may claim any end, but no real one has a longer life than the
 * longest; of one that names no end nothing else is known.
 */
function tokenEnd({ expiresAt, signature }: TokenFacts, reportedAt: Instant): Instant {
  const latest = reportedAt + LONGEST_LIFETIME * 1000;
  if (expiresAt === null) return latest;
  return signature.status === "verified" ? expiresAt : Math.min(expiresAt, latest);
}

/**
 * Whether every token that may be out was signed with the key that was revoked: the last one was issued while it was the
 * current one, and no other key that is still published may have signed an earlier one.
 */
const haveAllEnded = ({ ended }: WindowQuestion, issuedUntil: Instant): boolean =>
  ended?.isOnlyKey === true && issuedUntil <= ended.currentUntil;

const endedWindow = (window: ApiWindow, ended: EndedTokens | undefined): ApiWindow =>
  ended?.audiences.includes(window.audience) ? { ...window, until: Math.min(window.until, ended.at) } : window;

/** The leaked token is over where it was tried, if it is for nothing else; a key that nobody has checked may be a lie. */
function endedToken(token: TokenFacts, end: Instant, ended: EndedTokens | undefined): Instant {
  if (!ended || token.signature.status !== "verified" || token.kid !== ended.kid) return end;
  const isEnded = token.audience.length > 0 && token.audience.every((audience) => ended.audiences.includes(audience));
  return isEnded ? Math.min(end, ended.at) : end;
}

function apiWindows(question: WindowQuestion, issuedUntil: Instant): ApiWindow[] {
  const { reach, domain } = question;
  const userInfo = domain === null ? "/userinfo" : `https://${domain}/userinfo`;
  const windows = audiencesOf(question)
    .filter((audience) => audience !== userInfo)
    .map((audience) => lastOf(audience, spansOf(audience, question, issuedUntil)));
  if (!reach.users) return windows;
  return [...windows, lastOf(userInfo, [{ issuedUntil, lifetime: USERINFO_LIFETIME, assumed: null }])];
}

const spansOf = (audience: string, question: WindowQuestion, issuedUntil: Instant): LifetimeSpan[] =>
  question.lifetimesAreChosen
    ? [{ issuedUntil, lifetime: LONGEST_LIFETIME, assumed: "whoever gets a token there chooses how long it lives" }]
    : lifetimeSpans(audience, question, issuedUntil, question.reach.users !== false);

/** Tokens for nothing but a user's profile: not an API's, so no setting. Source: Auth0 documentation, "Access Tokens". */
const USERINFO_LIFETIME: Seconds = hours(24);

/** Stands for the APIs of a tenant that nobody could list. */
const ANY_API = "*";

function audiencesOf({ reach, records, readings }: WindowQuestion): string[] {
  if (reach.audiences !== "any") return [...new Set(reach.audiences)];
  const read = readings.flatMap(({ apis }) => apis.map(({ identifier }) => identifier));
  const named = read.filter((identifier) => typeof identifier === "string");
  // Without one list of all, or with one in which an API has no name, there may be others.
  const isComplete = readings.length > 0 && !read.some(isUnreadable);
  return [...new Set([...records.map(({ audience }) => audience), ...named, ...(isComplete ? [] : [ANY_API])])];
}

function lastOf(audience: string, spans: readonly LifetimeSpan[]): ApiWindow {
  const ends = spans.map(({ issuedUntil, lifetime, assumed }) => ({
    audience,
    until: issuedUntil + lifetime * 1000,
    lifetime,
    assumed,
  }));
  // Of two that end together the one that was seen tells more.
  return ends.reduce((last, end) =>
    end.until > last.until || (end.until === last.until && end.assumed === null) ? end : last,
  );
}
