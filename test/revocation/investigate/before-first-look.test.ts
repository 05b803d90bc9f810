import { expect, test } from "vitest";
import type { Inventory } from "../../../lib/inventory/inventory.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { investigate } from "../../../lib/revocation/investigate/investigate.ts";
import { readInvestigation } from "../../../lib/revocation/investigate/investigation-record.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import type { RevokedClient, RevokedGrant } from "../../../lib/revocation/ports.ts";
import { planRestore } from "../../../lib/revocation/restore/plan-restore.ts";
import { rotationKey } from "../../../lib/rotation/ledger/rotation-record.ts";
import { CLIENT, DAY, incidentOf, putIncident, THREE_AM, testParts, testTenant } from "../support.ts";

const RULES = { checks: [], policy: new Map(), exceptions: [] };
const ORDERS = "https://orders.example";
const PAY = "https://payments.example";
const complete = <T>(data: readonly T[]) => ({ status: "complete", data, count: data.length }) as const;

const grantOf = (
  id: string,
  audience: string,
  scopes: string[],
  changes: Partial<RevokedGrant> = {},
): RevokedGrant => ({
  ...{ id, audience, scopes, allowsAllScopes: undefined, subjectType: undefined, organizationUsage: undefined },
  ...{ allowsAnyOrganization: undefined, isSystem: false, organizations: [], ...changes },
});

const AUDITED = {
  clients: complete([
    { client_id: "job", token_endpoint_auth_method: "client_secret_post", grant_types: ["implicit"] },
  ]),
  clientGrants: complete([
    { id: "cgr_1", client_id: "job", audience: ORDERS, scope: ["read:orders"] },
    { id: "cgr_9", client_id: "web", audience: PAY, scope: ["pay"] },
  ]),
  clientAuthentication: complete([{ client_id: "job" }]),
} as unknown as Inventory;
const inventory = (changes: Record<string, unknown>): Inventory => ({ ...AUDITED, ...changes }) as unknown as Inventory;

const IMPLICIT = { ...CLIENT, grantTypes: ["implicit"] };
const EARLIER = "2026-11-23-acme-earlier";

const keyed = (...ids: string[]) => ({
  client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } },
});

/** An incident whose first look saw this, and what came of it. */
async function seen(
  grants: readonly RevokedGrant[],
  {
    client = CLIENT,
    audited = AUDITED,
    changes = {},
    now = audited,
    keptSince = 0,
  }: {
    client?: RevokedClient;
    audited?: Inventory;
    changes?: Partial<Incident>;
    now?: Inventory | null;
    keptSince?: number;
  } = {},
) {
  const { table, clock, parts } = testParts(testTenant());
  const earlier = incidentOf({ id: EARLIER, leakedSince: THREE_AM - 5 * DAY });
  const incident = incidentOf({ leakedSince: THREE_AM - 3 * DAY, ...changes });
  for (const one of [earlier, incident]) await putIncident(table, one);
  await preserve(table, incident, "client", client);
  await preserve(table, incident, "grant-types", client.grantTypes);
  const ids = grants.map(({ id }) => id);
  await preserve(table, incident, "grant-ids", ids);
  for (const grant of grants) await preserve(table, incident, `grant/${grant.id}`, grant);
  const asked: number[] = [];
  const inventories = {
    before: async (moment: number) => {
      asked.push(moment);
      if (moment - DAY < keptSince) return undefined;
      return { at: moment - DAY, finishedAt: moment - DAY, source: "audit", inventory: audited };
    },
    now: async () => (now ? { at: THREE_AM, source: "this incident", inventory: now } : undefined),
  };
  const found = async () => {
    await clock.run(investigate(await readIncident(table, incident.id), parts, inventories));
    const { exposures = [], sinceAudit } = (await readInvestigation(table, incident.id))?.value ?? {};
    const notCompared = sinceAudit?.notCompared.map(({ section }) => section) ?? [];
    return { what: exposures.map(({ what }) => what), notCompared };
  };
  const notes = async () => {
    const { lines } = await planRestore(await readIncident(table, incident.id), RULES, { ...parts, inventories });
    return lines.flatMap((line) => /^NOTE (NOT.*|.*third party.*)/i.exec(line)?.[1] ?? []);
  };
  return { table, asked, found, notes };
}

const itselfOf = (what: string): string =>
  `The application that leaked, itself: look up who gave it this before the first look and, if nobody of yours did, take it away or say no to giving it back: ${what}`;
const noteOf = (what: string): string =>
  `NOT in the audit of 2026-11-19 03:00 UTC, the last one from before; say no, unless one of yours gave it: ${what}.`;

test.each([
  ["read", { ...AUDITED, clientGrants: complete([]) }],
  ["not read", null],
])("what it got before the first look is named, and beside what is offered; the tenant is %s now", async (_, now) => {
  const grants = [
    grantOf("cgr_1", ORDERS, ["read:orders", "refund:orders"], { organizationUsage: "allow" }),
    grantOf("cgr_2", PAY, ["pay"]),
    grantOf("cgr_3", "https://mine.example", [], { subjectType: "user", allowsAllScopes: true }),
  ];
  // The lock takes the first of these away, and leaves the others.
  const client = { ...CLIENT, grantTypes: ["client_credentials", "password", "implicit"] };
  const { found, notes } = await seen(grants, { client, now });
  const got = [
    `refund:orders; organizations: allow for ${ORDERS}`,
    `the grant for ${PAY}: pay`,
    "the grant for https://mine.example (for user): all scopes",
    "the grant type client_credentials password",
  ];

  expect((await found()).what).toEqual(got.map(itselfOf));
  expect(await notes()).toEqual(got.map(noteOf));
});

test("what an audit from before saw is not named, under whatever id", async () => {
  const { found, notes } = await seen([grantOf("cgr_new", ORDERS, ["read:orders"])], { client: IMPLICIT });

  expect(await found()).toEqual({ what: [], notCompared: [] });
  expect(await notes()).toEqual([]);
});

test("a grant that was limited in its organizations is named where that gives it tokens that it did not get", async () => {
  const usages = ["deny", "allow", "require"];
  const pairs = usages.flatMap((before) => usages.map((now) => ({ audience: `${before} to ${now}`, before, now })));
  const known = pairs.map(({ audience, before }) => ({
    ...{ client_id: "job", audience, scope: [], organization_usage: before },
  }));
  const grants = pairs.map(({ audience, now }) => grantOf(audience, audience, [], { organizationUsage: now }));
  const audited = inventory({ clientGrants: complete(known) });
  const { notes } = await seen(grants, { client: IMPLICIT, audited });

  expect(await notes()).toEqual(
    [
      "organizations: allow for deny to allow",
      "organizations: require for deny to require",
      "tokens without an organization for require to allow",
      "tokens without an organization for require to deny",
    ].map(noteOf),
  );
});

test("a key that it got before the first look is named once, unless Curfew registered it", async () => {
  const client = { ...IMPLICIT, attachedKeys: ["cred_1", "cred_2", "cred_3", "cred_own"] };
  const audited = inventory({
    clientAuthentication: complete([{ client_id: "job", ...keyed("cred_1") }]),
    clientCredentials: complete([]),
  });
  // The third was registered since, the second only attached.
  const now = { ...audited, ...inventory({ clientCredentials: complete([{ id: "cred_3", client_id: "job" }]) }) };
  const { table, found, notes } = await seen([], { client, audited, now });
  await table.put(rotationKey("acme", "job"), { ownKeys: ["cred_own"] });

  expect((await found()).what).toEqual([
    expect.stringContaining("itself: It has a new key, cred_3. Look"),
    itselfOf("the registered key cred_2"),
  ]);
  expect(await notes()).toEqual(["cred_2", "cred_3"].map((id) => noteOf(`the registered key ${id}`)));
});

test("what cannot be compared is said, and that the audit has not the application", async () => {
  const organized = grantOf("cgr_1", ORDERS, ["read:orders"], { organizations: ["org_1"] });
  const blind = await seen([organized], { audited: inventory({ clientGrants: undefined, clients: undefined }) });
  const absent = await seen([organized], { audited: inventory({ clients: complete([]) }) });

  const sections = ["clientGrants", "clientGrants", "clients", "clientAuthentication"];
  expect((await blind.found()).notCompared).toEqual(sections);
  expect(await blind.notes()).toEqual([
    ...sections.map((section) =>
      expect.stringMatching(`^Not compared with the audit .*: ${section}, of the application`),
    ),
    expect.stringMatching(/third party/),
  ]);
  expect(await absent.notes()).toEqual([
    noteOf("all that it has: it is not there itself"),
    expect.stringMatching(/third party/),
  ]);
});

test("is compared with an audit from before the incident that took it away", async () => {
  const { asked, found, notes } = await seen([], { changes: { keptBy: EARLIER } });
  await found();
  await notes();

  expect(asked).toEqual([THREE_AM - 3 * DAY, THREE_AM - 5 * DAY, THREE_AM - 5 * DAY]);
});

test("that no audit is kept from before the incident that took it away is said, and what the tenant shows is named", async () => {
  const grants = [{ id: "cgr_1", client_id: "job", audience: ORDERS, scope: ["read:orders", "refund:orders"] }];
  const now = inventory({ clientGrants: complete(grants) });
  const { found, notes } = await seen([], { changes: { keptBy: EARLIER }, now, keptSince: THREE_AM - 5 * DAY });

  expect(await found()).toEqual({
    what: [expect.stringContaining("itself: Its grant cgr_1 changed. Look it up")],
    notCompared: ["clientGrants", "clients", "clientAuthentication"],
  });
  expect(await notes()).toEqual([expect.stringContaining("what it got before the first look")]);
});

test("of an application that keeps its grants they are named as the tenant shows them now", async () => {
  const leak = classify({ clientId: "job", token: null, client: CLIENT, own: { role: "responder", hasSpare: false } });
  const grants = [{ id: "cgr_1", client_id: "job", audience: ORDERS, scope: ["read:orders", "refund:orders"] }];
  const now = { ...AUDITED, ...inventory({ clientGrants: complete(grants) }) };
  const { found } = await seen([], { changes: { leak, steps: {} }, now });

  expect((await found()).what).toEqual([expect.stringContaining("itself: Its grant cgr_1 changed. Look it up")]);
});
