import type { Instant } from "../../history/history.ts";
import type { UseCount } from "../alerts/incident-turn.ts";
import type { LogEvent } from "../ports.ts";

/** What an event of the log says about the application or the token. */
export type UseKind = "token-issued" | "token-refused" | "write" | "secret-read" | "other";

/**
 * Exchanges for tokens are `se…ft` and `fe…ft`, by kind of grant, delegated ones `sdele…ft`; the newer ones have whole words.
 * Source: Auth0 documentation, "Log Event Type Codes", and its schema of log events.
 */
const ISSUED = /^s(e|dele)[a-z]*ft$|^(secte|sede|sens)$|_exchange_succeeded$|^success_on_behalf_of_token_exchange$/;
const REFUSED = /^f(e|dele)[a-z]*ft$|^(fecte|fede|fens)$|_exchange_failed$|^failed_on_behalf_of_token_exchange$/;

export function kindOfUse({ type, request }: Pick<LogEvent, "type" | "request">): UseKind {
  if (ISSUED.test(type)) return "token-issued";
  if (REFUSED.test(type)) return "token-refused";
  if (type === "mgmt_api_read") return "secret-read";
  return type === "sapi" && request !== undefined && request.method.toUpperCase() !== "GET" ? "write" : "other";
}

/** An event as people read it: `POST /api/v2/clients`, `a token was given out for https://api.example`. */
export function useText(event: LogEvent): string {
  const { type, request, audience, accessedSecrets } = event;
  const target = audience === undefined || audience === "" ? "" : ` for ${audience}`;
  switch (kindOfUse(event)) {
    case "token-issued":
      return `a token was given out${target} (${type})`;
    case "token-refused":
      return `a token${target} was asked for and refused (${type})`;
    case "secret-read":
      return `${requestText(request) ?? type}, which shows secrets${namesText(accessedSecrets)}`;
    default:
      return `${requestText(request) ?? `event ${type}`}${accessedSecrets.length > 0 ? `, which shows secrets${namesText(accessedSecrets)}` : ""}`;
  }
}

const requestText = (request: LogEvent["request"]): string | undefined =>
  request && `${request.method.toUpperCase()} ${request.path}`;

const namesText = (names: readonly string[]): string => (names.length === 0 ? "" : `: ${names.join(", ")}`);

/** Uses of one sort, and when there were some first and last. */
export interface UseTally extends UseCount {
  kind: UseKind;
  firstAt: Instant;
  lastAt: Instant;
  /** How many events there were beside those that tell of an answer, and how many of these; absent where none does. */
  told?: { requests: number; answers: number };
}

/**
 * Sorts that are counted apart: a thief can make any number of them, and a row holds 400 KB, in bytes. The row of a watch
 * has five such lists; half of it is theirs, the rest is for what else stands there.
 */
const MOST_SORTS = 100;
const MOST_BYTES = 40_000;
/** Of a sort, beside its text: addresses, moments, and the names of all that. */
const REST_OF_SORT = 400;
const MOST_IPS = 5;
const LONGEST_IP = 45;
const LONGEST_TEXT = 300;
const REST = "other events";

/** Counts an event among others. */
export function tallied(tallies: readonly UseTally[], event: LogEvent, words = useText(event)): UseTally[] {
  const text = words.slice(0, LONGEST_TEXT);
  const kind = kindOfUse(event);
  const isKnown = tallies.some(({ what }) => what === text);
  const what = isKnown || hasRoom(tallies, text) ? text : REST;
  const before = tallies.find((tally) => tally.what === what);
  const { at, ip } = event;
  const counts = countsWith(before, what !== REST && tellsOfAnswer(event));
  if (!before) return [...tallies, { what, kind, ...counts, ips: withIp([], ip), firstAt: at, lastAt: at }];
  const after: UseTally = {
    ...before,
    ...counts,
    // What is counted together and is not all of it refused must not look as if it were.
    kind: before.kind === kind ? kind : "other",
    ips: withIp(before.ips, ip),
    firstAt: Math.min(before.firstAt, at),
    lastAt: Math.max(before.lastAt, at),
  };
  return tallies.map((tally) => (tally === before ? after : tally));
}

/**
 * A change whose answer shows secrets may leave two events in the same words, its own and that of the answer, and nothing
 * in them says that they are one request. So of the two counts the larger one is that of the requests.
 */
function countsWith(before: UseTally | undefined, isAnswer: boolean): Pick<UseTally, "count" | "told"> {
  const { requests, answers } = before?.told ?? { requests: before?.count ?? 0, answers: 0 };
  if (!before?.told && !isAnswer) return { count: requests + 1 };
  const told = isAnswer ? { requests, answers: answers + 1 } : { requests: requests + 1, answers };
  return { count: Math.max(told.requests, told.answers), told };
}

/** Source: Auth0's schema of tenant logs: `sapi` is of POST, PATCH, PUT and DELETE, `mgmt_api_read` of secrets in answers. */
const tellsOfAnswer = ({ type, request }: LogEvent): boolean =>
  type === "mgmt_api_read" && request !== undefined && request.method.toUpperCase() !== "GET";

/** Also for the rest itself. */
const hasRoom = (tallies: readonly UseTally[], text: string): boolean =>
  tallies.length < MOST_SORTS - 1 &&
  [...tallies.map(({ what }) => what), text, REST].reduce((sum, what) => sum + bytesOf(what), 0) <= MOST_BYTES;

const bytesOf = (what: string): number => Buffer.byteLength(JSON.stringify(what)) + REST_OF_SORT;

function withIp(ips: readonly string[], ip: string | undefined): readonly string[] {
  const known = ip?.slice(0, LONGEST_IP);
  return known === undefined || ips.includes(known) || ips.length >= MOST_IPS ? ips : [...ips, known];
}
