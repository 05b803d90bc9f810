import { expect, test } from "vitest";
import type { SandboxTenant } from "../../lib/sandbox/sandbox-tenant.ts";
import { AUDITOR, auditedSandbox } from "../support/audited-sandbox.ts";

const EXPIRED = {
  statusCode: 401,
  error: "Unauthorized",
  message: "Expired token received for JSON Web Token validation",
};

test.each([
  {
    title: "its secret was changed",
    change: ({ state }: SandboxTenant) => {
      Object.assign(state.clients.get(AUDITOR.clientId) ?? {}, { client_secret: "rotated-meanwhile" });
    },
    why: "client authentication failed",
  },
  {
    title: "its grant was deleted",
    change: ({ state }: SandboxTenant) => {
      for (const { id, client_id } of state.clientGrants.values())
        if (client_id === AUDITOR.clientId) state.clientGrants.delete(id);
    },
    why: "no client grant for the Management API",
  },
])("a login that is refused in the midst of an audit is named as such: $title", async ({ change, why }) => {
  await using world = await auditedSandbox({ rateLimits: false });
  const settings = "/api/v2/tenants/settings";
  world.tenant.faults.add({ match: { path: settings }, effect: { kind: "answer", status: 401, body: EXPIRED } });

  const audit = await world.audit({
    fetch: (input, init) => {
      if (String(input).includes(settings)) change(world.tenant);
      return fetch(input, init);
    },
  });

  const detail = `the login was refused when the token was renewed: ${why}`;
  expect(audit).toMatchObject({ status: "incomplete", reason: null });
  expect(audit.inventory.tenantSettings).toEqual({ status: "unavailable", reason: "fetch-failed", detail });
  expect(audit.checks.find(({ id }) => id === "expiry.session.idle")).toMatchObject({ reason: "fetch-failed", detail });
  const told = audit.findings.find(({ resource }) => resource.type === "section" && resource.id === "tenantSettings");
  expect(told?.message).toContain(detail);
  expect(told?.remediation).toContain(detail);
});
