import { describe, expect, it } from "vitest";
import type { TenantConfig } from "../../../lib/config/schema.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { incidentSettings } from "../../../lib/revocation/from-config.ts";
import { configuredSecret } from "../../../lib/revocation/rotate/from-config.ts";
import type { RotateParts } from "../../../lib/revocation/rotate/parts.ts";
import { incidentSecretName, loginToChange, placeOf } from "../../../lib/revocation/rotate/place.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { incidentOf } from "../support.ts";

const denied = (detail: string) => new CurfewError("vault-failed", "Secrets Manager refuses.", { detail });

describe("the secret of an application", () => {
  const tenant = {
    auditor: { clientId: "aud", secret: "env:AUDITOR" },
    rotator: { clientId: "rot", secret: "secretsmanager:curfew/acme/rotator" },
    responder: { clientId: "res", privateKey: "secretsmanager:curfew/acme/responder" },
    credentials: [{ clientId: "jkl", kind: "private-key", secret: "apps/checkout" }],
  } as unknown as TenantConfig;

  it.each([
    ["jkl", { secret: "apps/checkout", kind: "private-key" }],
    ["rot", { secret: "curfew/acme/rotator", kind: "client-secret" }],
    ["res", { secret: "curfew/acme/responder", kind: "private-key" }],
    ["aud", undefined],
    ["somebody", undefined],
  ])("%s is where those read it who use it: %o", (clientId, found) => {
    expect(configuredSecret(tenant, clientId)).toEqual(found);
  });

  it("of one of Curfew's own logins that reads a variable has to be written into curfew.yaml, and how is said", () => {
    const settings = incidentSettings(tenant);
    const said = (clientId: string, kind: "client-secret" | "private-key" = "client-secret") =>
      loginToChange(
        { tenant: "acme", clientId },
        { name: `curfew/incidents/acme/${clientId}`, kind },
        { settings, configured: (id) => configuredSecret(tenant, id) },
      );

    expect(said("aud")).toContain(
      "write secret: secretsmanager:curfew/acme/auditor below auditor of acme in curfew.yaml",
    );
    expect(said("aud", "private-key")).toContain("write privateKey: secretsmanager:curfew/acme/auditor");
    expect(said("aud")).toContain("it stands in curfew/incidents/acme/aud");
    expect(["rot", "res", "jkl", "somebody"].map((id) => said(id))).toEqual(["", "", "", ""]);
  });

  it.each([
    ["of a secret that is not there", new CurfewError("not-found", "It is not there."), "none"],
    ["that it may not look, as of one without a tag", denied("AccessDeniedException"), "none"],
    ["that it cannot answer", denied("InternalServiceError"), "vault-failed"],
  ])("is looked for, and where the vault says %s it is: %s", async (_, error, found) => {
    const vault = { describe: () => Promise.reject(error) };
    const parts = { configured: () => undefined, table: memoryTable(), rotation: { vault } } as unknown as RotateParts;
    const place = placeOf(incidentOf(), undefined, parts);

    if (found === "none") expect(await place).toMatchObject({ name: "curfew/incidents/acme/job", secret: undefined });
    else await expect(place).rejects.toMatchObject({ code: found });
  });

  it("has a name of its own where nothing is configured, that Secrets Manager takes", () => {
    expect(incidentSecretName({ tenant: "acme", clientId: "jkl" })).toBe("curfew/incidents/acme/jkl");
    const names = ["https://a.example/c", "https://a.example=2fc", "ü", "=fc"].map((clientId) =>
      incidentSecretName({ tenant: "acme", clientId }),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9/_+=.@-]{1,512}$/);
    expect(() => incidentSecretName({ tenant: "acme", clientId: "x".repeat(600) })).toThrow(/too long/);
  });
});
