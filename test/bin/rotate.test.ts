import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeLease } from "../../lib/rotation/lease.ts";
import {
  changeRotation,
  orderRotation,
  readRotation,
  readTarget,
  recordOfCredential,
} from "../../lib/rotation/ledger/ledger.ts";
import type { RotationRecord, RotationStep } from "../../lib/rotation/ledger/rotation-record.ts";
import { askManagementToken, machine } from "../sandbox/support/a-sandbox.ts";
import { curfew, type Run } from "../support/command-line.ts";
import { type DeployedRotationWorld, deployedRotation } from "../support/deployed-rotation.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-0";
const SECRET = "apps/checkout";
const HANGING = "0e4f2f6e-1d3c-4b5a-9b7e-0123456789ab";
const WHOM = ["--tenant", "acme", "--client", "checkout"];
const NOW = [...WHOM, "--yes"];
const ENTRY = `    credentials:\n      - { clientId: checkout, secret: ${SECRET} }\n`;

const CHECKOUT = machine("checkout", { client_secret: CANARY, jwt_configuration: { alg: "RS256" } });

/** A world in which `checkout` was adopted. */
async function adopted(options: Parameters<typeof deployedRotation>[1] = {}): Promise<DeployedRotationWorld> {
  const deployed = await deployedRotation({ clients: [CHECKOUT] }, options);
  deployed.cloud.secretsManager.call("CreateSecret", { Name: SECRET, SecretString: CANARY });
  const { code, stderr } = await deployed.rotate(["adopt", ...WHOM, "--secret", SECRET]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  await deployed.configure(ENTRY);
  await deployed.cloud.secretsManager.rotations.settled();
  return deployed;
}

/** A world in which `checkout` was adopted, and a rotation that was ordered hangs: its process is killed in this step. */
async function hanging(step: RotationStep): Promise<DeployedRotationWorld> {
  let dies = false;
  const deployed = await adopted({
    onStep: async ({ Step }) => {
      if (dies && Step === step) throw new Error("killed");
    },
  });
  dies = true;
  const target = await readTarget(deployed.table, described(deployed).ARN);
  if (!target) throw new Error("It was not adopted.");
  await orderRotation(deployed.table, target, { version: HANGING, by: "person", at: 1 });
  deployed.cloud.secretsManager.call("RotateSecret", { SecretId: SECRET, ClientRequestToken: HANGING });
  await deployed.cloud.secretsManager.rotations.settled();
  return deployed;
}

const described = ({ cloud }: DeployedRotationWorld) =>
  cloud.secretsManager.call("DescribeSecret", { SecretId: SECRET }) as {
    ARN: string;
    VersionIdsToStages: Record<string, string[]>;
  };

const currentValue = ({ cloud }: DeployedRotationWorld): string =>
  String(cloud.secretsManager.call("GetSecretValue", { SecretId: SECRET }).SecretString);

async function recordOf(deployed: DeployedRotationWorld): Promise<RotationRecord | undefined> {
  const target = await readTarget(deployed.table, described(deployed).ARN);
  return target && readRotation(deployed.table, target);
}

/** What Auth0 says to the token request of the application with this secret: 403 lacks a grant, 401 is a wrong secret. */
const answerTo = async ({ tenant }: DeployedRotationWorld, secret: string): Promise<number> =>
  (await askManagementToken(tenant, "checkout", secret)).status;

/** Runs `curfew rotate` and presses Ctrl-C once, as soon as it says `text`. */
function interruptedAt(deployed: DeployedRotationWorld, text: string, args: readonly string[]): Promise<Run> {
  let interrupt = (): void => undefined;
  return deployed.rotate(args, {
    onStart: (kill) => {
      interrupt = () => kill("SIGINT");
    },
    onOutput: (_stdout, stderr) => {
      if (!stderr.includes(text)) return;
      interrupt();
      interrupt = () => undefined;
    },
  });
}

/** What is broken to a width, in one line again. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

const ACCEPTED = 403;
const REFUSED = 401;

describe("curfew rotate", { timeout: 120_000 }, () => {
  it("rotates through Secrets Manager and the function, until the old secret is proven dead", async () => {
    await using deployed = await adopted();

    const run = await deployed.rotate(NOW);

    expect(run).toMatchObject({
      code: 0,
      stdout: "The secret is rotated, and the old one is proven dead.\n",
    });
    expect(run.stderr).toContain("This rotates the client secret of checkout in acme (acme.eu.auth0.com).");
    expect(run.stderr).toContain("NOT confirmed");
    expect(oneLine(run.stderr)).toContain("what is deployed was not looked at");
    expect(run.stderr).toMatch(/Ordered;[\s\S]*Auth0 accepts the new secret[\s\S]*Auth0 refuses the old secret\./);
    const value = currentValue(deployed);
    expect(value).not.toBe(CANARY);
    expect([await answerTo(deployed, value), await answerTo(deployed, CANARY)]).toEqual([ACCEPTED, REFUSED]);
    const record = await recordOf(deployed);
    expect(record).toMatchObject({ order: { by: "person" }, aftercare: [], lastProof: { answers: expect.any(Array) } });
    expect(record?.order?.overwrite).toBeUndefined();
    for (const text of [run.stdout, run.stderr, await deployed.rows()]) {
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain(value);
    }
  });

  it("refuses to replace a secret that was set by hand, unless told to", async () => {
    await using deployed = await adopted();
    const byHand = "set-by-hand-in-the-dashboard-0123456789";
    const client = deployed.tenant.state.clients.get("checkout");
    if (client) client.client_secret = byHand;

    const refused = await deployed.rotate(NOW);
    const status = await deployed.rotate(["status"]);
    const before = await answerTo(deployed, byHand);
    // The proof takes more than a minute of the command's own time.
    const overwritten = await interruptedAt(deployed, "Auth0 accepts the new secret", [...NOW, "--overwrite"]);

    expect(refused).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("Not rotated: Auth0 refuses the stored"),
    });
    expect(refused.stderr).toContain("--overwrite");
    expect(status.stdout).toMatch(/ failed$/m);
    expect(oneLine(status.stdout)).toMatch(
      /checkout: refused at createSecret \(current-refused\), .*--client checkout --overwrite/,
    );
    expect(before).toBe(ACCEPTED);
    expect(oneLine(overwritten.stderr)).toContain("A secret that somebody set by hand in Auth0 is replaced");
    expect(await answerTo(deployed, byHand)).toBe(REFUSED);
    expect(await answerTo(deployed, currentValue(deployed))).toBe(ACCEPTED);
  });

  it("stops waiting at Ctrl-C, says so, and the rotation goes on", async () => {
    await using deployed = await adopted();

    const run = await interruptedAt(deployed, "Ordered", NOW);
    await deployed.cloud.secretsManager.rotations.settled();

    expect(run).toMatchObject({ code: 130, stdout: "" });
    expect(run.stderr).toMatch(
      /No longer waiting; the rotation goes on without this command\. How it stands: npx curfew rotate status --tenant acme\n$/,
    );
    expect(await recordOf(deployed)).toMatchObject({ lastProof: { old: expect.any(String) } });
    expect(await answerTo(deployed, CANARY)).toBe(REFUSED);
  });

  it("does not say at Ctrl-C that nothing was changed once it was ordered, though nobody has answered yet", async () => {
    let interrupt = (): void => undefined;
    await using deployed = await adopted({ onStep: async () => interrupt() });
    deployed.cloud.secretsManager.faults.add({ operation: "RotateSecret", effect: { kind: "hang", when: "after" } });

    const run = await deployed.rotate(NOW, {
      onStart: (kill) => {
        interrupt = () => {
          interrupt = () => undefined;
          kill("SIGINT");
        };
      },
    });
    await deployed.cloud.secretsManager.rotations.settled();

    expect(run).toMatchObject({ code: 130, stdout: "" });
    expect(run.stderr).not.toMatch(/[Nn]othing was changed|no report/);
    expect(run.stderr).toMatch(
      /the rotation was ordered, and may go on without this command\. How it stands: npx curfew rotate status/,
    );
    expect(await recordOf(deployed)).toMatchObject({ promoted: { version: expect.any(String) } });
  });

  it("finishes a rotation that hangs from this machine, and begins no other", async () => {
    await using deployed = await hanging("testSecret");

    // The proof takes more than a minute of the command's own time.
    const run = await interruptedAt(deployed, "Auth0 accepts the new secret", NOW);

    expect(run).toMatchObject({ code: 130, stdout: "" });
    expect(oneLine(run.stderr)).toContain(`is not finished; this finishes it, from this machine. Version ${HANGING}.`);
    expect(run.stderr).toContain("Interrupted; what was begun is stored");
    expect(described(deployed).VersionIdsToStages[HANGING]).toContain("AWSCURRENT");
    expect(await answerTo(deployed, currentValue(deployed))).toBe(ACCEPTED);
    expect((await recordOf(deployed))?.aftercare).toHaveLength(1);
  });

  it("says what keeps it from beginning", async () => {
    await using deployed = await adopted();
    const { secretsManager } = deployed.cloud;

    const unasked = await deployed.rotate(WHOM);
    secretsManager.call("CancelRotateSecret", { SecretId: SECRET });
    const switchedOff = await deployed.rotate(NOW);
    await deployed.configure("    credentials:\n      - { clientId: checkout, secret: apps/other }\n");
    const missing = await deployed.rotate(NOW);
    secretsManager.call("CreateSecret", { Name: "apps/other", SecretString: "x" });
    const RotationLambdaARN = "arn:aws:lambda:us-east-1:000000000000:function:curfew-rotate-secret";
    secretsManager.call("RotateSecret", { SecretId: "apps/other", RotationLambdaARN, RotateImmediately: false });
    const unknown = await deployed.rotate(NOW);

    expect(unasked).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("add --yes") });
    expect(switchedOff).toMatchObject({ code: 1, stderr: expect.stringContaining("has its rotation switched off") });
    expect(missing).toMatchObject({ code: 3, stderr: expect.stringContaining("apps/other does not exist") });
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining("rotate adopt") });
    expect(currentValue(deployed)).toBe(CANARY);
    expect((await recordOf(deployed))?.order).toBeUndefined();
  });
});

describe("curfew rotate --dry-run", () => {
  it("looks at everything and changes nothing", async () => {
    await using deployed = await adopted();
    const before = await deployed.rows();
    const operations = deployed.cloud.secretsManager.requests.length;
    const requests = deployed.tenant.requests.length;

    const run = await deployed.rotate([...WHOM, "--dry-run"]);

    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toContain("Nothing is in the way.");
    expect(run.stdout).toContain("Auth0 accepts the stored client secret.");
    expect(run.stdout).toContain("Nothing was changed.");
    expect(await deployed.rows()).toBe(before);
    const asked = deployed.cloud.secretsManager.requests.slice(operations).map(({ operation }) => operation);
    expect(new Set(asked)).toEqual(new Set(["DescribeSecret", "GetSecretValue"]));
    const sent = deployed.tenant.requests.slice(requests).map(({ method, path }) => `${method} ${path}`);
    expect(new Set(sent)).toEqual(new Set(["POST /oauth/token", "GET /api/v2/clients/checkout", "POST /oauth/revoke"]));
    expect(await answerTo(deployed, CANARY)).toBe(ACCEPTED);
  });

  it("names every obstacle, and what to do", async () => {
    await using deployed = await adopted();
    deployed.cloud.secretsManager.call("CancelRotateSecret", { SecretId: SECRET });
    const client = deployed.tenant.state.clients.get("checkout");
    if (client) Object.assign(client, { client_secret: "another", jwt_configuration: { alg: "HS256" } });

    const run = await deployed.rotate([...WHOM, "--dry-run"]);

    expect(run).toMatchObject({ code: 1, stderr: "" });
    expect(run.stdout).toContain("Something is in the way:");
    for (const said of ["switched off", "HS256", "somebody changed it by hand", "rotate adopt", "RS256"]) {
      expect(oneLine(run.stdout)).toContain(said);
    }
    expect(oneLine(run.stdout)).toContain("- Auth0 refuses the stored client secret.");
    expect(run.stdout).not.toContain(CANARY);
  });

  it("says what --overwrite replaces, and by what it judges", async () => {
    await using deployed = await adopted();
    const client = deployed.tenant.state.clients.get("checkout");
    if (client) client.client_secret = "another";

    const run = await deployed.rotate([...WHOM, "--dry-run", "--overwrite"]);

    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(oneLine(run.stdout)).toContain("Auth0 refuses the stored client secret.");
    expect(oneLine(run.stdout)).toContain("A secret that somebody set by hand in Auth0 is replaced");
    expect(oneLine(run.stdout)).toContain(
      "Judged by your local configuration file; what is deployed was not looked at.",
    );
  });

  it("does not call a version finished that holds nothing", async () => {
    await using deployed = await hanging("createSecret");

    const run = await deployed.rotate([...WHOM, "--dry-run"]);

    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(oneLine(run.stdout)).toContain(`(version ${HANGING} holds no client secret yet)`);
    expect(run.stdout).not.toContain("finished");
  });

  it("names who has the credential at this moment, and until when", async () => {
    await using deployed = await adopted();
    const lease = { tenant: "acme", clientId: "checkout", owner: "incident", until: Date.UTC(2126, 0, 1, 14, 11, 30) };
    await takeLease(deployed.table, lease, { now: () => Date.UTC(2026, 0, 1) });

    const run = await deployed.rotate([...WHOM, "--dry-run"]);

    expect(run).toMatchObject({ code: 1, stderr: "" });
    expect(oneLine(run.stdout)).toContain("Somebody else has the credential of checkout, until 2126-01-01 14:11 UTC");
  });

  it("ends as a rotation does where AWS keeps it from looking", async () => {
    await using deployed = await adopted();
    const AWS_ENDPOINT_URL_SECRETS_MANAGER = "http://127.0.0.1:9";

    const run = await deployed.rotate([...WHOM, "--dry-run"], {
      env: { ...deployed.env, AWS_ENDPOINT_URL_SECRETS_MANAGER },
    });

    expect(run).toMatchObject({ code: 3, stdout: expect.stringContaining("Secrets Manager cannot be reached") });
  });
});

describe("curfew rotate resume", { timeout: 120_000 }, () => {
  it("rotates what was held, and has nothing to do for what is not", async () => {
    // Slower than elsewhere: five processes run before the end, and the function's clock runs ahead of theirs.
    await using deployed = await adopted({ speed: 8 });
    const idle = await deployed.rotate(["resume", ...WHOM]);
    const target = await readTarget(deployed.table, described(deployed).ARN);
    if (!target) throw new Error("It was not adopted.");
    const held = { since: 1, refusal: null, message: "It failed three times." };
    // Held when the configuration named another secret for a while: what status shows, resume lifts.
    const elsewhere = { ...target, arn: target.arn.replace(":secret:", ":secret:other/") };
    await changeRotation(deployed.table, elsewhere, (record) => ({ ...record, failures: 3, held }));
    const status = await deployed.rotate(["status"]);

    const unasked = await deployed.rotate(["resume", ...WHOM]);
    const before = await recordOfCredential(deployed.table, target);
    const run = await deployed.rotate(["resume", ...NOW]);

    expect(unasked).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining("add --yes") });
    expect(before).toMatchObject({ held });
    expect(run.stderr).toContain("This rotates the client secret of checkout");
    expect(run.stderr).toContain("is not held any more.");
    expect(idle).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to resume") });
    expect(status.stdout).toContain("held since 1970-01-01 00:00 UTC: It failed three times.");
    expect(status.stdout).toContain("Then go on: npx curfew rotate resume --tenant acme --client checkout");
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("proven dead") });
    expect(await recordOf(deployed)).toMatchObject({ failures: 0 });
    expect((await recordOf(deployed))?.held).toBeUndefined();
  });
});

describe("curfew rotate resume of what was never held", { timeout: 120_000 }, () => {
  it("does not say that it is not held any more", async () => {
    await using deployed = await hanging("createSecret");

    const run = await interruptedAt(deployed, "Auth0 accepts the new secret", ["resume", ...NOW]);

    expect(oneLine(run.stderr)).toContain("is not finished; this finishes it, from this machine.");
    expect(run.stderr).toContain("This machine does the steps");
    expect(run.stderr).not.toMatch(/not held any more|waiting for the rotation function/);
  });
});

describe("curfew rotate ends with 3 and one sentence", () => {
  let deployed: DeployedRotationWorld;
  beforeAll(async () => {
    deployed = await adopted();
  });
  afterAll(() => deployed[Symbol.asyncDispose]());

  it.each([
    {
      title: "nothing named but a configuration, which the command to be given names, too",
      args: ["--config", "my.yaml"],
      env: {},
      says: "npx curfew rotate --config my.yaml --tenant acme-prod --client abc",
    },
    {
      title: "an unknown client",
      args: ["--tenant", "acme", "--client", "chekout"],
      env: {},
      says: 'did you mean "checkout"?\n',
    },
    {
      title: "options before a subcommand",
      args: ["--yes", "status"],
      env: {},
      says: "status comes before all options",
    },
    { title: "a subcommand that is none", args: ["staus"], env: {}, says: 'did you mean "status"?\n' },
    { title: "two tenants", args: ["--tenant", "old", ...NOW], env: {}, says: "one is taken" },
    { title: "an empty client", args: ["--tenant", "acme", "--client", ""], env: {}, says: "It is empty" },
    { title: "no table", args: NOW, env: { CURFEW_TABLE: "" }, says: "--table or CURFEW_TABLE" },
    { title: "a wrong table", args: [...NOW, "--table", "curfeww"], env: {}, says: "check its name" },
    { title: "an option that is none", args: [...NOW, "--force"], env: {}, says: "unknown option '--force'" },
  ])("$title", async ({ args, env, says }) => {
    const run = await deployed.rotate(args, { env: { ...deployed.env, ...env } });

    expect(run).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining(says) });
  });
});

describe("curfew rotate --help", () => {
  it("lists every option, that for help too", async () => {
    const { code, stdout } = await curfew(["rotate", "--help"], { cwd: import.meta.dirname, isFresh: true });

    expect(code).toBe(0);
    for (const option of ["--dry-run", "--evidence", "-h, --help"]) expect(stdout).toContain(option);
  });
});
