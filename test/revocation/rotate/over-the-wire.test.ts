import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { askForToken } from "../../../lib/auth0/ask-for-token.ts";
import { incidentKey } from "../../../lib/revocation/incident/incident.ts";
import type { RotateParts } from "../../../lib/revocation/rotate/parts.ts";
import { prove } from "../../../lib/revocation/rotate/prove.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { newKey, newSecret } from "../../../lib/rotation/kinds/new-credential.ts";
import { CURRENT } from "../../../lib/rotation/ports.ts";
import { worldVault } from "../../rotation/world/vault.ts";
import { DOMAIN, keyClient, MANAGEMENT_API, machine } from "../../sandbox/support/a-sandbox.ts";
import { keyPair } from "../../support/keys.ts";
import { memoryEvidence } from "../../support/memory-evidence.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { keyLogin, rotatedSandbox } from "../../support/rotated-sandbox.ts";
import { secretLogin } from "../../support/wired-sandbox.ts";
import { incidentOf } from "../support.ts";

const KEY = keyPair("the-leaked-key");

const SIGNER = keyClient("signer", [{ id: "cred_leaked", kid: "the-leaked-key", name: "first", pem: KEY.pem }]);

const CLIENTS = [machine("job"), SIGNER];
const GRANTS = CLIENTS.map(({ client_id = "" }) => ({ client_id, audience: MANAGEMENT_API, scope: ["read:clients"] }));

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/job-AbCdEf";

/** An application that leaked, in a tenant over HTTP, and its secret in memory. */
async function leaked(clientId: "job" | "signer") {
  const world = await rotatedSandbox({ clients: CLIENTS, clientGrants: GRANTS });
  const { clock, access } = world;
  const kind = clientId === "job" ? ("client-secret" as const) : ("private-key" as const);
  const stored = kind === "client-secret" ? "job-secret" : KEY.jwk;
  const vault = worldVault(ARN, hash("sha256", "first"), stored);
  const asked = Object.entries(vault).map(([name, call]) => [name, async (...given: never[]) => call(...given)]);
  const table = memoryTable();
  const incident = incidentOf({ clientId, tenant: "acme", openedAt: clock.now(), steps: {}, leak: null });
  await table.put(incidentKey(incident.id), incident);
  const signal = new AbortController().signal;
  const deadline = clock.now() + 780_000;
  const settings = { tenant: "acme", domain: DOMAIN, owner: null, egress: null, own: new Map() };
  const parts: RotateParts = {
    ...{ settings, table, clock, deadline, signal },
    rotation: {
      vault: { ...Object.fromEntries(asked), read: async (arn, version) => vault.readVersion(arn, version) },
      ...{ table, clock, newSecret, newKey },
      evidence: memoryEvidence(),
      settings: () => undefined,
      tenant: async () => world.rotated(clientId),
      random: () => 0,
    },
    service: { createManaged: () => Promise.reject(new Error("It is stored already.")) },
    configured: () => ({ secret: ARN, kind }),
    tokenFor: (login, audience) =>
      askForToken(
        access.address,
        login,
        audience,
        { clock, random: () => 0, fetch, timeout: 500_000, retryPolicy: access.retryPolicy as never },
        signal,
      ),
  };
  const login = (text: string) => (kind === "client-secret" ? secretLogin(clientId, text) : keyLogin(clientId, text));
  const tokenWith = async (text: string) => (await parts.tokenFor(login(text), MANAGEMENT_API)).answer;
  return { ...world, parts, table, incident, tokenWith, stored, current: () => vault.read(CURRENT) ?? "" };
}

describe.each(["job", "signer"] as const)("%s, once it is locked", (clientId) => {
  it("is rotated and proven without its grant type: a right credential is told from a wrong one all the same", async () => {
    await using world = await leaked(clientId);
    const { tenant, parts, table, incident, stored } = world;
    expect(await world.tokenWith(stored)).toBe("issued");
    Object.assign(tenant.state.clients.get(clientId) ?? {}, { grant_types: [] });
    expect(await world.tokenWith(stored)).toBe("denied");

    const { steps } = await rotateLeaked(incident, parts);
    expect(steps.rotate).toMatchObject({ outcome: "done", message: expect.stringContaining("proven dead") });
    const after = await prove({ ...incident, steps }, parts);
    expect(after.steps.prove).toMatchObject({ outcome: "done" });

    expect(await world.tokenWith(stored)).toBe("refused");
    expect(await world.tokenWith(world.current())).toBe("denied");
    const remembered = JSON.stringify([table.rows(`INCIDENT#${incident.id}`), table.rows("TENANT#acme")]);
    expect(remembered).toContain("proven dead");
    expect(remembered).not.toContain(world.current());
  });
});
