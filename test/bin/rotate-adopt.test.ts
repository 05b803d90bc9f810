import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTarget } from "../../lib/rotation/ledger/ledger.ts";
import { machine } from "../sandbox/support/a-sandbox.ts";
import { type DeployedRotationWorld, deployedRotation } from "../support/deployed-rotation.ts";
import { keyPair } from "../support/keys.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-0";
const KEY = keyPair("key-of-signer-1");
const ADOPT = ["adopt", "--tenant", "acme"];

const CLIENTS = [
  machine("checkout", { client_secret: CANARY, jwt_configuration: { alg: "RS256" } }),
  machine("legacy", { client_secret: CANARY, jwt_configuration: { alg: "HS256" } }),
  { name: "All Applications", client_id: "global", global: true },
  { name: "page", client_id: "page", app_type: "spa", token_endpoint_auth_method: "none" },
  {
    name: "signer",
    client_id: "signer",
    app_type: "non_interactive",
    grant_types: ["client_credentials"],
    credentials: [{ id: "cred_1", kid: "key-of-signer-1", pem: KEY.pem }],
  },
];

const world = () => deployedRotation({ clients: CLIENTS }, { speed: 1 });

/** What Secrets Manager was asked to change, the configuration of rotation included. */
const changes = ({ cloud }: DeployedRotationWorld) =>
  cloud.secretsManager.requests.map(({ operation }) => operation).filter((name) => !/^(Get|Describe|List)/.test(name));

const described = ({ cloud }: DeployedRotationWorld, SecretId: string) =>
  cloud.secretsManager.call("DescribeSecret", { SecretId });

const storedValue = ({ cloud }: DeployedRotationWorld, SecretId: string) =>
  String(cloud.secretsManager.call("GetSecretValue", { SecretId }).SecretString);

describe("curfew rotate adopt", { timeout: 60_000 }, () => {
  it("takes a secret over as it is, switches rotation on without rotating, and prints the entry", async () => {
    await using deployed = await world();
    deployed.cloud.secretsManager.call("CreateSecret", { Name: "apps/checkout", SecretString: CANARY });

    const run = await deployed.rotate([...ADOPT, "--client", "checkout", "--secret", "apps/checkout"]);
    await deployed.cloud.secretsManager.rotations.settled();
    const again = await deployed.rotate([...ADOPT, "--client", "checkout", "--secret", "apps/checkout"], {
      input: "another-value",
    });
    await deployed.cloud.secretsManager.rotations.settled();

    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout + run.stderr).not.toContain(CANARY);
    const secret = described(deployed, "apps/checkout");
    expect(secret).toMatchObject({
      RotationEnabled: true,
      RotationLambdaARN: "arn:aws:lambda:us-east-1:000000000000:function:curfew-rotate-secret",
      RotationRules: { AutomaticallyAfterDays: 1_000 },
      Tags: [{ Key: "curfew:managed", Value: "true" }],
    });
    expect(Object.values(secret.VersionIdsToStages as object)).toEqual([["AWSCURRENT"]]);
    expect(storedValue(deployed, "apps/checkout")).toBe(CANARY);
    const target = await readTarget(deployed.table, String(secret.ARN));
    expect(target).toMatchObject({ tenant: "acme", clientId: "checkout", kind: "client-secret", writtenBy: "adopt" });
    expect(again).toMatchObject({ code: 0, stdout: run.stdout });
    expect(again.stderr).toContain("The value stored there stays; standard input was not read.");
    expect(changes(deployed)).toEqual(["TagResource", "RotateSecret", "TagResource", "RotateSecret"]);
    await deployed.configure(`    credentials:\n${run.stdout}`);
    const adopted = await deployed.rotate(["status", "--format", "json"]);
    expect(JSON.parse(adopted.stdout).tenants[0].credentials).toMatchObject([{ state: "ok", lastFailure: null }]);
    await deployed.configure("    credentials: [{ clientId: checkout, secret: apps/other }]\n");
    const other = await deployed.rotate(["status", "--format", "json"]);
    expect(JSON.parse(other.stdout).tenants[0].credentials).toMatchObject([{ state: "not adopted" }]);
    await deployed.configure(`    credentials:\n${run.stdout}`);
    const configured = await deployed.rotate([...ADOPT, "--client", "checkout", "--secret", "apps/checkout"]);
    expect(configured).toMatchObject({ code: 0, stdout: "" });
    expect(configured.stderr).toContain("The configuration has it already.");
  });

  it.each([
    { client: "checkout", input: `${CANARY}\n`, field: "clientSecret", kind: "client-secret" },
    { client: "signer", input: KEY.jwk, field: "privateKeyJwk", kind: "private-key" },
  ])("creates a secret of flat JSON from what is piped in: $kind", async ({ client, input, field, kind }) => {
    await using deployed = await world();

    const run = await deployed.rotate([...ADOPT, "--client", client, "--secret", `apps/${client}`], { input });

    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(`kind: ${kind}\n`) });
    const stored = JSON.parse(storedValue(deployed, `apps/${client}`));
    expect(stored).toEqual({ domain: "acme.eu.auth0.com", clientId: client, [field]: expect.any(String) });
    expect(run.stdout + run.stderr).not.toContain(stored[field]);
    expect(described(deployed, `apps/${client}`)).toMatchObject({
      RotationEnabled: true,
      Tags: [{ Key: "curfew:managed", Value: "true" }],
    });
    expect(changes(deployed)).toEqual(["CreateSecret", "RotateSecret"]);
  });

  it("takes over one of Curfew's own logins under the one name that its role may read", async () => {
    await using deployed = await world();

    const wrong = await deployed.rotate([...ADOPT, "--client", "rotator", "--secret", "apps/rotator"]);
    const right = await deployed.rotate([...ADOPT, "--client", "rotator", "--secret", "curfew/acme/rotator"]);

    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining("curfew/acme/rotator") });
    expect(right).toMatchObject({ code: 0 });
    await deployed.configure(`    credentials:\n${right.stdout}`);
    const status = await deployed.rotate(["status", "--format", "json"]);
    expect(JSON.parse(status.stdout).tenants[0].credentials).toMatchObject([{ clientId: "rotator", rotate: "off" }]);
  });

  it("refuses where even a random credential is accepted", async () => {
    await using deployed = await deployedRotation(
      { clients: CLIENTS, revokeAuthentication: "regular-web-only" },
      { speed: 1 },
    );
    const answer = { kind: "answer", status: 403, body: { error: "invalid_grant" } } as const;
    const afterLogin = { match: { path: "/oauth/token" }, skip: 1 };
    deployed.tenant.faults.add({ ...afterLogin, effect: answer });

    const run = await deployed.rotate([...ADOPT, "--client", "checkout", "--secret", "apps/new"], { input: CANARY });

    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("even a random credential") });
    expect(changes(deployed)).toEqual([]);
  });

  it("lets a client have one secret only, until the rotation of the former is switched off", async () => {
    await using deployed = await world();
    const adoptAs = (name: string) =>
      deployed.rotate([...ADOPT, "--client", "checkout", "--secret", name], { input: CANARY });
    await adoptAs("apps/checkout");

    const second = await adoptAs("apps/other");
    const before = changes(deployed);
    deployed.cloud.secretsManager.call("CancelRotateSecret", { SecretId: "apps/checkout" });
    const moved = await adoptAs("apps/other");

    expect(second).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringContaining("in the secret apps/checkout;"),
    });
    expect(second.stderr).toContain("aws secretsmanager cancel-rotate-secret --secret-id apps/checkout");
    expect(before).toEqual(["CreateSecret", "RotateSecret"]);
    expect(moved).toMatchObject({ code: 0 });
  });

  it("does not take a secret from another rotation function", async () => {
    await using deployed = await world();
    const { secretsManager } = deployed.cloud;
    secretsManager.call("CreateSecret", { Name: "apps/checkout", SecretString: CANARY });
    const RotationLambdaARN = "arn:aws:lambda:us-east-1:000000000000:function:theirs";
    secretsManager.call("RotateSecret", { SecretId: "apps/checkout", RotationLambdaARN, RotateImmediately: false });

    const run = await deployed.rotate([...ADOPT, "--client", "checkout", "--secret", "apps/checkout"]);

    expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining("function:theirs") });
    expect(changes(deployed)).toEqual([]);
  });
});

/** They share a world, since none of them may change anything in it. */
describe("curfew rotate adopt changes nothing", () => {
  let deployed: DeployedRotationWorld;
  beforeAll(async () => {
    deployed = await world();
  });
  afterAll(() => deployed[Symbol.asyncDispose]());

  it.each([
    { title: "a value that Auth0 refuses", client: "checkout", input: "not-this-one", says: "refuses this value" },
    { title: "HS256", client: "legacy", input: CANARY, says: "HS256" },
    { title: "the global client", client: "global", input: CANARY, says: "is the global client of acme" },
    { title: "a public client", client: "page", input: CANARY, says: "public client" },
    {
      title: "a client that is gone",
      client: "nobody",
      input: CANARY,
      says: "There is no application nobody in acme; look at --client.\n",
    },
    { title: "a value of another kind", client: "signer", input: CANARY, says: "JSON Web Key" },
    {
      title: "a value that names another client",
      client: "checkout",
      input: JSON.stringify({ clientSecret: CANARY, clientId: "other" }),
      says: "belongs to another client",
    },
    {
      title: "broken JSON",
      client: "checkout",
      input: `{"clientSecret":"${CANARY}"`,
      says: "The secret that was given begins like JSON but is not; correct it.\n",
    },
  ])("when it refuses $title", async ({ client, input, says }) => {
    const run = await deployed.rotate([...ADOPT, "--client", client, "--secret", "apps/new"], { input });

    expect(run).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(says) });
    expect(run.stderr).not.toMatch(/out of (the configuration|credentials)|in Secrets Manager|cNry-/);
    expect(changes(deployed)).toEqual([]);
    expect(await deployed.rows()).toBe("[]");
  });

  it.each([
    { title: "empty input", args: {}, input: "", says: "Standard input is empty" },
    { title: "too much", args: {}, input: "x".repeat(70_000), says: "64 KiB" },
    {
      title: "the secret itself",
      args: { "--secret": `Ab1${CANARY}` },
      input: "",
      says: "looks like the secret itself",
    },
    { title: "the secret and more", args: { "--secret": `Ab1${CANARY}.` }, input: "", says: "looks like the secret" },
    {
      title: "a short secret in the name",
      args: { "--secret": "apps/s3cr3t-value" },
      input: "s3cr3t-value",
      says: "holds the secret itself",
    },
    { title: "no client", args: { "--client": "" }, input: "", says: "It is empty" },
    { title: "a name with spaces", args: { "--secret": "my secret" }, input: "", says: "no spaces" },
    { title: "another's secret", args: { "--secret": "curfew/acme/auditor" }, input: "", says: "another client's" },
    { title: "an unknown tenant", args: { "--tenant": "acmee" }, input: "", says: 'did you mean "acme"?' },
  ])("when it says what is wrong with $title", async ({ args, input, says }) => {
    const all = { "--tenant": "acme", "--client": "checkout", "--secret": "apps/checkout", ...args };
    const run = await deployed.rotate(["adopt", ...Object.entries(all).flat()], { input });

    expect(run).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining(says) });
    expect(run.stderr).not.toContain(CANARY);
    expect(changes(deployed)).toEqual([]);
  });
});
