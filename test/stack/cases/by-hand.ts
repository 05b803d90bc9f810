import { expect, it } from "vitest";
import { SMALL } from "../support/cast.ts";
import { recordsIn } from "../support/comparable.ts";
import type { Stack } from "../support/start-stack.ts";

/** Runs that a person starts. */
export function byHand(stack: Stack): void {
  const { sandbox, stored } = stack;
  const { messaging } = stack.deployment.cloud;

  it("is about the tenants that the person names, and no others", async () => {
    const others = () => sandbox.tenants.filter(({ name }) => name !== SMALL).map(({ requests }) => requests.length);
    const before = others();
    const { status, output } = await stack.run({ tenants: [SMALL] }, "by-hand");
    expect({ status, ...output }).toMatchObject({ status: "SUCCEEDED", audited: 1, notAudited: 0 });
    expect(others()).toEqual(before);
  });

  it("fails with a sentence that says so when there is no such tenant", async () => {
    const { status, error, cause } = await stack.run({ tenants: ["smal-shop"] });
    expect({ status, error }).toEqual({ status: "FAILED", error: "arguments-invalid" });
    expect(cause).toContain('There is no tenant \\"smal-shop\\" in the configuration; did you mean');
  });

  it("tells of a tenant that is throttled for longer than anybody waits", async () => {
    const { faults, name } = sandbox.tenant("branch-01");
    faults.add({ match: { path: "/oauth/token" }, effect: { kind: "throttle", retryAfter: 3_600 } });
    const { status, output } = await stack.run({ tenants: [name, SMALL] }, "throttled");
    faults.clear();
    expect({ status, ...output }).toMatchObject({ status: "SUCCEEDED", audited: 1, notAudited: 1 });
    const record = recordsIn(await stored.snapshot()).find(
      ({ run, tenant }) => run.id === "throttled" && tenant === name,
    );
    expect(record).toMatchObject({ status: "failed", reason: "throttled" });
    expect(messaging.mails.map(({ subject }) => subject)).toContainEqual(
      expect.stringMatching(/^HIGH branch-01 was not audited: /),
    );
  });
}
