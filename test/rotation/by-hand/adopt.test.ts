import { expect, it } from "vitest";
import { Secret } from "../../../lib/model/secret.ts";
import { adopt } from "../../../lib/rotation/by-hand/adopt.ts";
import type { AdoptParts } from "../../../lib/rotation/by-hand/may-adopt.ts";
import { readTarget, writeTarget } from "../../../lib/rotation/ledger/ledger.ts";
import type { RotatedClient, RotationTenant, VaultSecret } from "../../../lib/rotation/ports.ts";
import { rotationFunctionArn } from "../../../lib/rotation/vault/function-arn.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { NOW } from "../../support/rotations.ts";

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/checkout/auth0-AbCdEf";
const REQUEST = {
  tenant: "acme-prod",
  domain: "acme.eu.auth0.com",
  clientId: "jkl",
  secret: "apps/checkout/auth0",
  kind: "client-secret",
  allowHs256: false,
} as const;

const CLIENT: RotatedClient = {
  clientId: "jkl",
  isGlobal: false,
  tokenEndpointAuthMethod: "client_secret_post",
  appType: "non_interactive",
  grantTypes: ["client_credentials"],
  idTokenAlgorithm: "RS256",
  attachedKeys: undefined,
  usesMtls: false,
  referencedKeys: [],
};

const nobody = () => Promise.reject(new Error("Nobody should ask for this."));

/** A secret whose rotation somebody switched on in the AWS console, every 30 days, with versions under these labels. */
function switchedOn(versions: VaultSecret["versions"]): { parts: AdoptParts; enabled: string[] } {
  const enabled: string[] = [];
  const rotation = { rotationEnabled: true, rotationFunction: rotationFunctionArn(ARN) };
  const tenant: Partial<RotationTenant> = {
    client: async () => CLIENT,
    missingScopes: async () => [],
    calibrate: async () => ({ endpoint: "revoke" }),
    probe: async () => ({ answer: "accepted" }),
  };
  const parts: AdoptParts = {
    vault: {
      describe: async () => ({ arn: ARN, name: REQUEST.secret, ...rotation, versions }),
      read: async () => new Secret("present"),
      storePending: nobody,
      promote: nobody,
      dropPending: nobody,
      dropPrevious: nobody,
    },
    table: memoryTable(),
    clock: { now: () => NOW, sleep: nobody },
    service: {
      startRotation: nobody,
      enableRotation: async (arn) => void enabled.push(arn),
      createManaged: nobody,
      tagManaged: async () => undefined,
    },
    client: tenant as RotationTenant,
    presentValue: nobody,
    newVersion: () => "new",
  };
  return { parts, enabled };
}

it("adopting takes a schedule from a secret whose rotation is on, but lets what hangs be finished first", async () => {
  const resting = switchedOn(new Map([["v0", ["AWSCURRENT"]]]));
  expect(await adopt(REQUEST, resting.parts)).toMatchObject({ created: false, switchedOn: false });
  expect(resting.enabled).toEqual([ARN]);

  const hanging = switchedOn(
    new Map([
      ["v0", ["AWSCURRENT"]],
      ["v1", ["AWSPENDING"]],
    ]),
  );
  expect(await adopt(REQUEST, hanging.parts)).toMatchObject({ switchedOn: false });
  expect(hanging.enabled).toEqual([]);
});

it("adopting puts right whose the secret is where a file that was wrong was all that had said so", async () => {
  const { parts } = switchedOn(new Map([["v0", ["AWSCURRENT"]]]));
  const slip = { arn: ARN, tenant: "acme-prod", clientId: "mno", kind: "client-secret", at: NOW } as const;
  await writeTarget(parts.table, { ...slip, writtenBy: "deploy" });

  expect(await adopt(REQUEST, parts)).toMatchObject({ target: { clientId: "jkl", writtenBy: "adopt" } });
  expect(await readTarget(parts.table, ARN)).toMatchObject({ clientId: "jkl", writtenBy: "adopt" });
  await expect(adopt({ ...REQUEST, clientId: "mno" }, parts)).rejects.toMatchObject({ code: "arguments-invalid" });
});

it("adopting refuses where the rotator may not change the application, before anything is written", async () => {
  const { parts, enabled } = switchedOn(new Map([["v0", ["AWSCURRENT"]]]));
  const client = { ...parts.client, missingScopes: async () => ["update:client_keys"] };

  await expect(adopt(REQUEST, { ...parts, client })).rejects.toMatchObject({ code: "missing-scope" });

  expect([await readTarget(parts.table, ARN), enabled]).toEqual([undefined, []]);
});
