import { expect, test } from "vitest";
import check from "../../../lib/checks/grant/client-offline-without-need.ts";
import { aClient, aRefreshClient, aResourceServer } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const OFFLINE = aResourceServer({ id: "api-2", allow_offline_access: true });

const judge = (resourceServers = [aResourceServer()], client = aRefreshClient()) =>
  verdicts(evaluateCheck(check, { clients: [client], resourceServers }));

test.each([
  { title: "no API says so, which is no", resourceServers: [aResourceServer()], expected: ["info"] },
  { title: "there is no API", resourceServers: [], expected: ["info"] },
  {
    title: "an API forbids it",
    resourceServers: [aResourceServer({ allow_offline_access: false })],
    expected: ["info"],
  },
  { title: "one of two allows it", resourceServers: [aResourceServer(), OFFLINE], expected: ["pass"] },
  {
    title: "an API of Auth0's own allows it",
    resourceServers: [aResourceServer({ is_system: true, allow_offline_access: true })],
    expected: ["pass"],
  },
  {
    title: "one cannot be read",
    resourceServers: [aResourceServer({ allow_offline_access: "yes" })],
    expected: ["unknown"],
  },
  {
    title: "one cannot be read and one allows it",
    resourceServers: [aResourceServer({ allow_offline_access: "yes" }), OFFLINE],
    expected: ["pass"],
  },
])("$title: $expected", ({ resourceServers, expected }) => {
  expect(judge(resourceServers)).toEqual(expected);
});

test.each([
  { title: "without the grant", client: aClient({ grant_types: ["authorization_code"] }), expected: [] },
  { title: "of no grants", client: aClient({ grant_types: null }), expected: [] },
  { title: "of unreadable grants", client: aClient({ grant_types: 1 }), expected: ["unknown"] },
  { title: "that is the global client", client: aRefreshClient({}, { global: true }), expected: [] },
])("an application $title: $expected", ({ client, expected }) => {
  expect(judge([aResourceServer()], client)).toEqual(expected);
});

test("an application of unreadable grants is fine where offline access is allowed", () => {
  expect(judge([OFFLINE], aClient({ grant_types: 1 }))).toEqual(["pass"]);
});
