import fc from "fast-check";
import { expect, it } from "vitest";
import { tallied, type UseTally } from "../../../lib/revocation/watch/log-use.ts";
import { logEvent, THREE_AM } from "../support.ts";

const SHOWN = { accessedSecrets: ["client_secret"] };

/** Requests that add an application, each with the events that tell of it, in any order and however late. */
const requests = fc
  .array(fc.record({ showsSecrets: fc.boolean(), late: fc.integer({ min: 0, max: 5 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((drawn) => ({
    requests: drawn.length,
    events: drawn
      .flatMap(({ showsSecrets, late }, index) => [
        { at: index, event: logEvent(THREE_AM, showsSecrets ? SHOWN : {}) },
        ...(showsSecrets
          ? [{ at: index + late - 2.5, event: logEvent(THREE_AM, { type: "mgmt_api_read", ...SHOWN }) }]
          : []),
      ])
      .toSorted((a, b) => a.at - b.at)
      .map(({ event }) => event),
  }));

it("counts requests, whether what their answers showed is told in events of its own or not", () => {
  fc.assert(
    fc.property(requests, fc.boolean(), (made, isToldTwice) => {
      const events = made.events.filter(({ type }) => isToldTwice || type === "sapi");
      const tallies = events.reduce<UseTally[]>((known, event) => tallied(known, event), []);

      expect(tallies.reduce((sum, { count }) => sum + count, 0)).toBe(made.requests);
    }),
  );
});

it("leaves out no answer with secrets of which nothing else tells", () => {
  const read = { type: "mgmt_api_read", ...SHOWN };
  const events = [logEvent(THREE_AM), logEvent(THREE_AM, read), logEvent(THREE_AM, read)];

  expect(events.reduce<UseTally[]>((known, event) => tallied(known, event), [])).toMatchObject([
    { what: "POST /api/v2/clients", count: 1 },
    { what: "POST /api/v2/clients, which shows secrets: client_secret", count: 2 },
  ]);
});
