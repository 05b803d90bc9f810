import { describe, expect, it } from "vitest";
import { audit, CHECK } from "../support/reports.ts";
import { render } from "./sarif-support.ts";

describe("the SARIF report of an audit that could not look everywhere", () => {
  it("is successful only when everything was looked at", () => {
    const { executionSuccessful, startTimeUtc, endTimeUtc } = render([audit(), audit()]).invocations[0];

    expect(executionSuccessful).toBe(true);
    expect([startTimeUtc, endTimeUtc]).toEqual(["2026-11-23T06:00:00.000Z", "2026-11-23T06:00:02.000Z"]);
    expect(render([audit(), audit({ status: "incomplete" })]).invocations[0].executionSuccessful).toBe(false);
  });

  it("tells of a tenant that failed", () => {
    const failed = audit({ status: "failed", reason: "unreachable", detail: "acme.eu.auth0.com did not answer." });

    const [{ executionSuccessful, toolExecutionNotifications }] = render([failed]).invocations;

    expect(executionSuccessful).toBe(false);
    expect(toolExecutionNotifications).toMatchObject([
      {
        descriptor: { id: "tenant-failed", index: 0 },
        level: "error",
        message: { text: "acme-prod: not audited (unreachable). acme.eu.auth0.com did not answer." },
      },
    ]);
  });

  it("tells of sections and checks, as an error where an audit should have known", () => {
    const partly = audit({
      status: "incomplete",
      inventory: {
        clients: { status: "complete", count: 3 },
        signingKeys: { status: "unavailable", reason: "missing-scope", detail: "read:signing_keys" },
        networkAcls: { status: "unavailable", reason: "feature-unavailable", detail: null },
      },
      checks: [
        { id: CHECK, status: "not-evaluated", reason: "time-out", detail: null },
        { id: "expiry.session.idle", status: "not-evaluated", reason: "not-reported", detail: "odd" },
        { id: "expiry.session.absolute", status: "off" },
      ],
    });

    const run = render([partly]);

    const [{ toolExecutionNotifications, ruleConfigurationOverrides }] = run.invocations;
    expect(toolExecutionNotifications.map(({ level, message }) => [level, message.text])).toEqual([
      ["error", "acme-prod: the section signingKeys could not be read (missing-scope: read:signing_keys)."],
      ["warning", "acme-prod: the section networkAcls could not be read (feature-unavailable)."],
      ["error", `acme-prod: ${CHECK} was not evaluated (time-out).`],
      ["warning", "acme-prod: expiry.session.idle was not evaluated (not-reported: odd)."],
    ]);
    const rule = toolExecutionNotifications[2]?.associatedRule;
    expect(run.tool.driver.rules[rule?.index ?? -1]?.id).toBe(CHECK);
    for (const { descriptor } of toolExecutionNotifications) {
      expect(run.tool.driver.notifications[descriptor.index]?.id).toBe(descriptor.id);
    }
    expect(ruleConfigurationOverrides.map(({ descriptor }) => descriptor.id)).toEqual(["expiry.session.absolute"]);
  });
});
