import { expect, test } from "vitest";
import check from "../../../lib/checks/expiry/refresh-idle-never.ts";
import { aRefreshClient } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "false", settings: {}, expected: ["pass"] },
  { title: "absent, which is false", settings: { infinite_idle_token_lifetime: null }, expected: ["pass"] },
  { title: "true", settings: { infinite_idle_token_lifetime: true }, expected: ["medium"] },
  { title: "unreadable", settings: { infinite_idle_token_lifetime: 1 }, expected: ["unknown"] },
  { title: "nowhere, for want of settings", settings: null, expected: [] },
])("infinite_idle_token_lifetime $title: $expected", ({ settings, expected }) => {
  expect(verdicts(evaluateCheck(check, { clients: [aRefreshClient(settings)] }))).toEqual(expected);
});

test("by Auth0's own measure, its default is a note", () => {
  const clients = [aRefreshClient({ infinite_idle_token_lifetime: true })];

  expect(verdicts(evaluateCheck(check, { clients }, "auth0-default"))).toEqual(["info"]);
});
