import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { kindOfUse, tallied, type UseTally } from "../../../lib/revocation/watch/log-use.ts";
import { hasReference, REFERENCE } from "../../support/reference.ts";
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

it.each([
  ["seacft", "token-issued"],
  ["sdeleacft", "token-issued"],
  ["secte", "token-issued"],
  ["feccft", "token-refused"],
  ["fdeleacft", "token-refused"],
  ["ciba_exchange_failed", "token-refused"],
  ["fd", "other"],
])("an event %s is a %s", (type, kind) => {
  expect(kindOfUse(logEvent(THREE_AM, { type }))).toBe(kind);
});

/** Of the reuse of a refresh token, and of other parties' tokens, it is said what they are. */
const OTHERS = ["ferrt", "feta", "seta"];

it.skipIf(!hasReference)("every exchange that Auth0's schema knows is one", () => {
  const { components } = JSON.parse(readFileSync(join(REFERENCE, "tenant-logs-schema.json"), "utf8")) as {
    components: { schemas: Record<string, { title?: string; description?: string }> };
  };
  const types = Object.entries(components.schemas)
    .filter(([type, { title = "", description = "" }]) => {
      return /^(failed|successful) (token )?exchange/i.test(`${title || description}`) && !OTHERS.includes(type);
    })
    .map(([type]) => type);
  console.info(`exchanges in the schema: ${types.length}`);
  expect(types.length).toBeGreaterThan(20);
  for (const type of types) {
    const kind = kindOfUse(logEvent(THREE_AM, { type }));
    expect([type, kind]).toEqual([type, /fail|^f/.test(type) ? "token-refused" : "token-issued"]);
  }
});
