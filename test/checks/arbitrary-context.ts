import fc from "fast-check";
import type { CheckContext, Gap, ReviewedException } from "../../lib/checks/define-check.ts";
import { AGE_SOURCES, type History } from "../../lib/history/history.ts";
import { SECTION_NAMES } from "../../lib/inventory/inventory.ts";
import { days } from "../../lib/model/duration.ts";
import { UNKNOWN_REASONS } from "../../lib/model/finding.ts";
import { aContext } from "../support/inventory.ts";

/** What people wrote, and messages repeat: not what looks like a slip of a program. */
const words = fc.string().filter((text) => !/NaN|Infinity|undefined|null|\[object/.test(text));

const gap = fc.record<Gap>({
  section: fc.constantFrom(...SECTION_NAMES),
  reason: fc.constantFrom(...UNKNOWN_REASONS),
  detail: fc.option(words),
  checks: fc.subarray(["expiry.session.idle", "key.signing.age"]),
});

const exception = fc.record<ReviewedException>({
  id: words,
  state: fc.constantFrom("valid", "expiring", "expired", "unmatched"),
  findings: fc.constantFrom("open", "accepted", "none", "unknown"),
  owner: words,
  expires: fc.constantFrom("2026-06-20", "2026-06-21", "2026-07-01"),
});

const SCOPES = ["read:clients", "read:client_keys", "read:client_credentials", "update:users"];

/** A moment about the limits that checks know, in the past. */
const instant = fc
  .tuple(fc.constantFrom(0, 1, 2, 45, 60, 90, 180, 400), fc.constantFrom(-1, 0, 1))
  .map(([ago, step]) => aContext().now - days(ago) * 1_000 + step * 1_000);

/** By client id, for some of the clients that arbitrary sections have. */
const byClient = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<ReadonlyMap<string, T>> =>
  fc.array(fc.tuple(clientId(), value), { maxLength: 4 }).map((entries) => new Map(entries));

const clientId = () => fc.nat(5).map((index) => `client-${index}`);
const someClients = () => fc.array(clientId(), { maxLength: 3 }).map((ids) => new Set(ids));

const history: fc.Arbitrary<History> = fc.record({
  startedAt: instant,
  secrets: byClient(fc.record({ since: instant, source: fc.constantFrom(...AGE_SOURCES), isAtLeast: fc.boolean() })),
  seen: byClient(fc.record({ first: instant, notBefore: instant }, { requiredKeys: ["first"] })),
  managed: someClients(),
  own: someClients(),
  probes: byClient(
    fc.constantFrom("accepted", "refused", "unknown").chain((answer) =>
      fc.record({
        answer: fc.constant(answer),
        at: instant,
        reason: fc.constant(answer === "unknown" ? ("not-reported" as const) : null),
        detail: fc.constant(answer === "unknown" ? "nobody knows" : null),
      }),
    ),
  ),
  rotationTroubles: fc.option(
    byClient(
      fc.record({
        state: fc.constantFrom("held" as const, "failing" as const),
        since: instant,
        message: fc.constant("It failed."),
      }),
    ),
    { nil: undefined },
  ),
  exchanges: fc.oneof(
    fc.record({
      status: fc.constant("complete" as const),
      since: instant,
      until: instant,
      lastSeen: byClient(instant),
    }),
    fc.constant({ status: "unavailable" as const, reason: "missing-scope" as const, detail: "read:logs" }),
  ),
  lastCompleteAudit: fc.option(instant, { nil: undefined }),
  firstAudit: fc.option(instant, { nil: undefined }),
  interval: fc.constantFrom(undefined, days(1), days(3)),
  notes: fc.constant([]),
});

/** What a check may know beside its sections: all that was or was not read, any auditor, exceptions and a history. */
export const arbitraryContext = (): fc.Arbitrary<CheckContext> =>
  fc
    .record({
      gaps: fc.uniqueArray(gap, { selector: ({ section }) => section, maxLength: 4 }),
      requested: fc.constant(SECTION_NAMES),
      auditor: fc.record({
        clientId: fc.constant("curfew-auditor"),
        scopes: fc.option(
          fc.subarray(SCOPES).map((scopes) => new Set(scopes)),
          { nil: undefined },
        ),
      }),
      responders: someClients().map((ids) => [...ids]),
      exceptions: fc.uniqueArray(exception, { selector: ({ id }) => id, maxLength: 3 }),
      history,
    })
    .map((changes) => aContext(changes));
