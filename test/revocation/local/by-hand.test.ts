import { expect, test } from "vitest";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import { giveBackByHand } from "../../../lib/revocation/local/by-hand.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { CLIENT, done, incidentOf, putIncident, THREE_AM } from "../support.ts";

const ORDERS = {
  id: "cgr_1",
  audience: "https://orders",
  scopes: Array.from({ length: 20 }, (_, index) => `read:orders-${index}`),
  organizationUsage: "require",
  isSystem: false,
  organizations: ["org_1", "org_2"],
};

test("everything that was taken away is to be given back by hand, whole, after a new credential", async () => {
  const table = memoryTable();
  const incident = incidentOf({ reason: "it's out" });
  const steps = { ...incident.steps, "network-acl": done(THREE_AM) };
  await preserve(table, incident, "client", CLIENT);
  await preserve(table, incident, "grant-types", ["client_credentials", "refresh_token"]);
  await preserve(table, incident, "grant/cgr_1", ORDERS);
  await preserve(table, incident, "grant/cgr_0", { ...ORDERS, id: "cgr_0", isSystem: true });
  await preserve(table, incident, "put-back/cgr_9", { ...ORDERS, id: "cgr_9" });
  const key = { id: "cred_9", what: "the registered key cred_9", since: THREE_AM };
  const added = [
    { ...key, isThere: true },
    { ...key, what: "what is gone", isThere: false },
  ];
  const lines = await giveBackByHand({ ...incident, steps, added }, table);
  const all = lines.join("\n");

  expect(lines[0]).toMatch(/^First a new credential.*--tenant acme --client job --reason 'it'\\''s out'$/);
  const [named] = await giveBackByHand({ ...incident, steps }, table, "my emergency.yaml");
  expect(named).toMatch(/ --config 'my emergency\.yaml'$/);
  expect(all).toContain(
    `job > APIs: authorize it for https://orders: ${ORDERS.scopes.join(" ")}; organizations: require`,
  );
  expect(all).toContain(`npx curfew incidents close ${incident.id} --local --reason 'given back by hand'`);
  expect((await giveBackByHand({ ...incident, closedAt: THREE_AM }, table)).join()).not.toContain("--local");
  expect(all).toContain("(it was cgr_1)");
  expect(all).toMatch(/Organizations > org_1 > .*https:\/\/orders\nOrganizations > org_2 > /);
  expect(all).toContain("tick Client Credentials. It had: client_credentials refresh_token");
  expect(all).toContain(`switch off the rule "Curfew, incident ${incident.id}"`);
  expect(all).toContain("the registered key cred_9 was added since the first look: take it away first");
  expect(all).not.toMatch(/cgr_0|cgr_9|what is gone/);
  const leak = classify({ ...incident, client: { ...CLIENT, certificates: ["cred_7"] }, own: null });
  const byCertificate = (await giveBackByHand({ ...incident, leak, steps }, table)).join("\n");
  expect(byCertificate).toMatch(/^Curfew replaces no certificate.*\n.*take it off\.\nDo both before/);
  expect(byCertificate).not.toContain("npx curfew revoke");
});

test("what could not be stored is named as people were told it, and what is not known is said", async () => {
  const { steps } = incidentOf();
  const contain = {
    at: THREE_AM,
    outcome: "paged",
    message: "Told.",
    told: ["cgr_1 for https://orders: a b"],
  } as const;
  const lines = await giveBackByHand(incidentOf({ steps: { ...steps, contain } }), memoryTable());

  expect(lines).toContainEqual(expect.stringMatching(/^As people were told.*cgr_1 for https:\/\/orders: a b$/));
  expect(lines).toContainEqual(expect.stringContaining("which ones it had is not stored"));
});

test("a grant that could not be deleted is not to be given back, unless another incident took it away", async () => {
  const table = memoryTable();
  const missing = ["cgr_1 (https://orders): missing-scope, delete:client_grants"];
  const contain = { at: THREE_AM, outcome: "incomplete", message: "Not all.", missing, code: null } as const;
  const incident = incidentOf({ steps: { contain } });
  await preserve(table, incident, "grant/cgr_1", ORDERS);
  expect(await giveBackByHand(incident, table)).toEqual([]);
  await preserve(table, incident, "grant/cgr_10", { ...ORDERS, id: "cgr_10" });

  expect((await giveBackByHand(incident, table)).join()).toMatch(/^(?!.*\(it was cgr_1\)).*\(it was cgr_10\)/);
  await putIncident(table, incidentOf({ id: "later", keptBy: incident.id }));
  expect((await giveBackByHand({ ...incident, followedBy: "later" }, table)).join()).toContain("(it was cgr_1)");
});

test("where nothing was taken away nothing is to be given back", async () => {
  const table = memoryTable();
  const incident = incidentOf({ drill: true });
  await preserve(table, incident, "grant/cgr_1", ORDERS);

  expect(await giveBackByHand(incident, table)).toEqual([]);
  expect(await giveBackByHand(incidentOf({ id: "other", steps: {} }), table)).toEqual([]);
  await preserve(table, { id: "closed" }, "grant-types", ["refresh_token"]);
  expect(await giveBackByHand(incidentOf({ id: "closed" }), table)).toEqual([expect.stringMatching(/^Nothing: /)]);
});
