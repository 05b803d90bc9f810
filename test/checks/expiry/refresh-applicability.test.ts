import { describe, expect, test } from "vitest";
import absoluteLifetime from "../../../lib/checks/expiry/refresh-absolute-lifetime.ts";
import idleLifetime from "../../../lib/checks/expiry/refresh-idle-lifetime.ts";
import idleNever from "../../../lib/checks/expiry/refresh-idle-never.ts";
import leeway from "../../../lib/checks/expiry/refresh-leeway.ts";
import neverExpires from "../../../lib/checks/expiry/refresh-never-expires.ts";
import notRotating from "../../../lib/checks/expiry/refresh-not-rotating.ts";
import { type aClient, aRefreshClient, NEVER_ENDING } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

/** Settings that every one of the checks has something to say about. */
const WORST = { ...NEVER_ENDING, leeway: 600 };

describe.each([
  { check: absoluteLifetime },
  { check: idleLifetime },
  { check: idleNever },
  { check: leeway },
  { check: neverExpires },
  { check: notRotating },
])("$check.id", ({ check }) => {
  const judge = (client: ReturnType<typeof aClient>) =>
    verdicts(evaluateCheck(check, { clients: [client], resourceServers: [] }));

  test("judges an application that may use refresh tokens", () => {
    expect(judge(aRefreshClient())).toEqual(["pass"]);
  });

  test.each([
    { title: "without the grant", answer: { grant_types: ["client_credentials"] } },
    { title: "with no grants at all", answer: { grant_types: [] } },
    { title: "whose grants are absent, which Auth0 treats as none", answer: { grant_types: null } },
    { title: "that is global, whatever its grants", answer: { global: true } },
  ])("says nothing about an application $title", ({ answer }) => {
    expect(judge(aRefreshClient(WORST, answer))).toEqual([]);
  });

  test.each([
    { title: "grants", answer: { grant_types: "refresh_token" } },
    { title: "refresh token settings", answer: { refresh_token: "rotating" } },
  ])("does not know where the $title cannot be read", ({ answer }) => {
    expect(judge(aRefreshClient({}, answer))).toEqual(["unknown"]);
  });
});
