import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { client } from "../../lib/auth0/resources/client.ts";
import { resourceServer } from "../../lib/auth0/resources/resource-server.ts";
import { tenantSettings } from "../../lib/auth0/resources/tenant-settings.ts";
import type { Outcome } from "../../lib/checks/outcome.ts";
import type { SectionName, Sections } from "../../lib/inventory/inventory.ts";
import { aContext, aResourceServer, DOMAIN, someTenantSettings } from "../support/inventory.ts";
import { evaluateCheck } from "./evaluate-check.ts";
import { REVIEWED_CHECKS } from "./reviewed-checks.ts";

// Answers that real tenants gave. They are reference data: read where they are, and never copied into the repository.
const REFERENCE = process.env.CURFEW_REFERENCE ?? join(import.meta.dirname, "../../../shared/auth0");
const FOLDER = join(REFERENCE, "recordings");
const PRESENT = existsSync(FOLDER);

interface Recording {
  method: string;
  path: string;
  status: number;
  /** Null where the answer had no body. */
  response_body: Record<string, unknown> | null;
}

type Answer = Record<string, unknown>;

if (!PRESENT) console.warn("The checks were not held against recorded answers: there are none on this machine.");

const files = PRESENT ? globSync("*.json", { cwd: FOLDER }).sort() : [];

const read = (file: string): Recording => JSON.parse(readFileSync(join(FOLDER, file), "utf8"));

/** A recording is meant by its number: the rest of its name is a description. */
function recording(number: string): Recording {
  const file = files.find((name) => name.startsWith(`${number}-`));
  if (file === undefined) throw new Error(`There is no recording ${number}.`);
  return read(file);
}

/** What a successful answer holds of a list or of one item: `undefined` where it is about something else. */
function itemsOf({ path, status, response_body: body }: Recording, endpoint: string, list: string, id: string) {
  if (
    body === null ||
    status >= 300 ||
    !new RegExp(`^/api/v2/${endpoint}(/[^/?]+(/rotate-secret)?)?(\\?|$)`).test(path)
  )
    return undefined;
  const items = body[list];
  if (Array.isArray(items)) return items as Answer[];
  return id in body ? [body] : undefined;
}

/** An audit's inventory in which the recorded section is real and the others are unremarkable. */
function inventoryOf(recorded: Recording): { section: SectionName; sections: Partial<Sections> } | undefined {
  const quiet = {
    clients: [],
    resourceServers: [aResourceServer({ allow_offline_access: true })],
    tenantSettings: someTenantSettings(),
  };
  const clients = itemsOf(recorded, "clients", "clients", "client_id");
  if (clients)
    return { section: "clients", sections: { ...quiet, clients: clients.map((item) => client.parse(item)) } };
  const servers = itemsOf(recorded, "resource-servers", "resource_servers", "identifier");
  if (servers) {
    const resourceServers = servers.map((item) => resourceServer.parse(item));
    return { section: "resourceServers", sections: { ...quiet, resourceServers } };
  }
  if (recorded.path !== "/api/v2/tenants/settings") return undefined;
  return {
    section: "tenantSettings",
    sections: { ...quiet, tenantSettings: tenantSettings.parse(recorded.response_body) },
  };
}

/** The tenant of a recorded list of APIs, taken from its Management API. */
function domainOf({ resourceServers = [] }: Partial<Sections>): string {
  const identifiers = resourceServers.map(({ identifier }) => String(identifier));
  return identifiers.map((identifier) => /^https:\/\/(.+)\/api\/v2\/$/.exec(identifier)?.[1]).find(Boolean) ?? DOMAIN;
}

function outcomesOf(section: SectionName, sections: Partial<Sections>): { check: string; outcome: Outcome }[] {
  const context = aContext({ domain: domainOf(sections) });
  return REVIEWED_CHECKS.filter(
    ({ id, needs }) => id.startsWith("expiry.") && needs.includes(section) && needs.every((name) => name in sections),
  ).flatMap((check) =>
    evaluateCheck(check, sections, "baseline", context).map((outcome) => ({ check: check.id, outcome })),
  );
}

/** How many findings of each check and severity; the check without its area, for the tables below. */
function findingsOf(recorded: Recording): Record<string, number> {
  const inventory = inventoryOf(recorded);
  if (!inventory) throw new Error(`${recorded.path} is not read by any expiration check.`);
  return tally(outcomesOf(inventory.section, inventory.sections));
}

function tally(outcomes: readonly { check: string; outcome: Outcome }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { check, outcome } of outcomes) {
    if (outcome.verdict !== "fail") continue;
    const key = [check.replace("expiry.", ""), outcome.aspect, outcome.severity].filter(Boolean).join(" ");
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** What Auth0's settings for a new application amount to, for so many confidential applications of a tenant. */
const asCreated = (count: number) => ({
  "refresh.never-expires high": count,
  "refresh.idle-never medium": count,
  "refresh.not-rotating low": count,
  "refresh.outlives-session info": 1,
});

/** The same for one public application. */
const PUBLIC_AS_CREATED = {
  "refresh.never-expires high": 1,
  "refresh.idle-never medium": 1,
  "refresh.not-rotating high": 1,
  "refresh.outlives-session info": 1,
};

describe.skipIf(!PRESENT)(
  `recorded answers${PRESENT ? "" : " (skipped: the recordings are not on this machine)"}`,
  () => {
    test("every recorded list and item passes the slices and the checks without an exception", () => {
      const inventories = files.map(read).flatMap((recorded) => inventoryOf(recorded) ?? []);

      const outcomes = inventories.flatMap(({ section, sections }) => outcomesOf(section, sections));

      expect(inventories.length).toBeGreaterThanOrEqual(40);
      const unknown = outcomes.filter(({ outcome }) => outcome.verdict === "unknown").map(({ check }) => check);
      // A single recorded API is not the Management API; everything else is readable.
      expect(new Set(unknown)).toEqual(new Set(["expiry.api.management-token-lifetime"]));
    });

    describe("applications", () => {
      test.each([
        {
          number: "001",
          title: "four of ten with endless refresh tokens; the global client is left out",
          expected: asCreated(4),
        },
        { number: "002", title: "the global client alone", expected: {} },
        { number: "003", title: "the same tenant without the global client", expected: asCreated(4) },
        { number: "004", title: "three of eight", expected: asCreated(3) },
        {
          number: "006",
          title: "21 of 29, four of them public",
          expected: { ...asCreated(21), "refresh.not-rotating low": 17, "refresh.not-rotating high": 4 },
        },
        { number: "007", title: "three of five machine-to-machine applications", expected: asCreated(3) },
        { number: "010", title: "applications of which only the id is known", expected: {} },
        {
          number: "011",
          title: "a single-page application whose overlap means nothing without rotation",
          expected: PUBLIC_AS_CREATED,
        },
        { number: "014", title: "an application with a token quota", expected: asCreated(1) },
        { number: "015", title: "a third-party application that may not refresh", expected: {} },
        { number: "016", title: "a native application", expected: PUBLIC_AS_CREATED },
        { number: "017", title: "rotation as Auth0 sets it up", expected: { "refresh.outlives-session info": 1 } },
        { number: "018", title: "an id and nothing else", expected: {} },
        { number: "020", title: "after its secret was chosen", expected: asCreated(1) },
        { number: "021", title: "after its method was restored", expected: asCreated(1) },
        { number: "022", title: "after its secret was rotated", expected: asCreated(1) },
        { number: "023", title: "switched to private keys", expected: asCreated(1) },
        { number: "024", title: "with private keys", expected: asCreated(1) },
        { number: "025", title: "with two private keys", expected: asCreated(1) },
        { number: "118", title: "known by a URL, may not refresh", expected: {} },
        { number: "119", title: "expiring and not rotating, may not refresh", expected: {} },
        { number: "120", title: "expiring but infinite, may not refresh", expected: {} },
        {
          number: "121",
          title: "of no type, expiring after 30 and 15 days",
          expected: { "refresh.not-rotating low": 1, "refresh.outlives-session info": 1 },
        },
      ])("$number: $title", ({ number, expected }) => {
        expect(findingsOf(recording(number))).toEqual(expected);
      });

      test.each([
        {
          number: "119",
          title: "public, expiring after 15 days, not rotating",
          expected: { "refresh.not-rotating high": 1, "refresh.outlives-session info": 1 },
        },
        {
          number: "120",
          title: "the infinite flag wins over the type and the number",
          expected: {
            "refresh.never-expires high": 1,
            "refresh.not-rotating low": 1,
            "refresh.outlives-session info": 1,
          },
        },
      ])("$number, were it allowed to refresh: $title", ({ number, expected }) => {
        const recorded = recording(number);
        const body = { ...recorded.response_body, grant_types: ["authorization_code", "refresh_token"] };

        expect(findingsOf({ ...recorded, response_body: body })).toEqual(expected);
      });

      test("006: the public applications are the single-page and native ones", () => {
        const inventory = inventoryOf(recording("006"));
        const { section, sections } = inventory ?? { section: "clients" as const, sections: {} };

        const found = outcomesOf(section, sections).filter(
          ({ check, outcome }) =>
            check === "expiry.refresh.not-rotating" && outcome.verdict === "fail" && outcome.severity === "high",
        );

        expect(found.map(({ outcome }) => outcome.resource.id).sort()).toEqual([
          "5EEC3XrWEEOY8H1FyEn8aocLjX1aXzEW",
          "NjDaMDIyacbeDL0EjxoQuY9IBBlUkI1f",
          "QJlVEuoZLdIJicxFlNq6anfI4b6pNDag",
          "p7G4sWqeeZki5i04opyoHF8bhJU3GKzV",
        ]);
      });
    });

    describe("APIs", () => {
      test.each([
        { number: "051", title: "a new tenant's Management API", expected: { "api.management-token-lifetime low": 1 } },
        {
          number: "052",
          title: "thirteen, none beyond Auth0's defaults",
          expected: { "api.management-token-lifetime low": 1 },
        },
        { number: "053", title: "the Management API alone", expected: { "api.management-token-lifetime low": 1 } },
        { number: "054", title: "with online access", expected: {} },
        { number: "055", title: "with proof of possession", expected: {} },
        { number: "056", title: "with a token dialect", expected: {} },
        { number: "057", title: "signed with HS256", expected: {} },
        { number: "058", title: "a system API with a longer lifetime for browsers than in all", expected: {} },
        { number: "059", title: "a system API of ten minutes", expected: {} },
        { number: "060", title: "with policies", expected: {} },
      ])("$number: $title", ({ number, expected }) => {
        expect(findingsOf(recording(number))).toEqual(expected);
      });

      test("058, were it the tenant's own: 300 s in all beat 7200 s for browsers", () => {
        const recorded = recording("058");
        const body = { ...recorded.response_body, is_system: undefined };

        const inventory = inventoryOf({ ...recorded, response_body: body });
        const { section, sections } = inventory ?? { section: "resourceServers" as const, sections: {} };

        expect(outcomesOf(section, sections)).toMatchObject([
          { check: "expiry.api.access-token-lifetime", outcome: { verdict: "pass" } },
          { check: "expiry.api.implicit-token-lifetime", outcome: { verdict: "pass" } },
          { check: "expiry.api.management-token-lifetime", outcome: { verdict: "unknown" } },
        ]);
      });
    });

    describe("tenant settings", () => {
      test.each([
        { number: "062", title: "3 h, 1 h idle, cookie ends with the browser", expected: {} },
        { number: "063", title: "fractional hours", expected: {} },
        { number: "064", title: "nothing set", expected: { "session.persistent-cookie info": 1 } },
        {
          number: "065",
          title: "720 h, which is not yet more than 720 h",
          expected: { "session.absolute medium": 1, "session.persistent-cookie info": 1 },
        },
        { number: "066", title: "Auth0's defaults, spelt out", expected: { "session.persistent-cookie info": 1 } },
        {
          number: "067",
          title: "1080 h and 720 h idle",
          expected: { "session.absolute high": 1, "session.idle high": 1 },
        },
        {
          number: "068",
          title: "720 h, and 36 h idle without persistence",
          expected: { "session.absolute medium": 1, "session.ephemeral idle medium": 1 },
        },
        { number: "069", title: "fractional hours again", expected: {} },
      ])("$number: $title", ({ number, expected }) => {
        expect(findingsOf(recording(number))).toEqual(expected);
      });

      test("067: the finding reports 1080 hours in seconds", () => {
        const inventory = inventoryOf(recording("067"));
        const { section, sections } = inventory ?? { section: "tenantSettings" as const, sections: {} };

        expect(outcomesOf(section, sections)).toContainEqual({
          check: "expiry.session.absolute",
          outcome: expect.objectContaining({
            severity: "high",
            observed: 3_888_000,
            limit: 604_800,
            message: "Sessions last up to 45 d; the limit is 7 d.",
          }),
        });
      });
    });
  },
);
