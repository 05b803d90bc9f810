import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RESPONDER_SCOPES } from "../../lib/auth0/responder-endpoints.ts";
import type { SandboxTenant } from "../../lib/sandbox/sandbox-tenant.ts";
import { aSandbox, DOMAIN, MANAGEMENT_API, machine } from "../sandbox/support/a-sandbox.ts";
import { curfew, type Run, temporaryFolder } from "../support/command-line.ts";

const CANARY = "cNry-7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-leaked";
const WHOM = ["--tenant", "acme", "--client", "checkout", "--reason", "in a public repository"];
const NOW = ["revoke", "--local", ...WHOM, "--yes"];

/** A tenant with a responder, and a folder whose configuration reads its secret from the environment. */
async function startWorld() {
  await using started = new AsyncDisposableStack();
  const grants = ["responder", "checkout"].map((client_id) => ({
    client_id,
    audience: MANAGEMENT_API,
    scope: client_id === "responder" ? [...RESPONDER_SCOPES] : ["read:clients"],
  }));
  const clients = [machine("responder"), machine("checkout", { client_secret: CANARY })];
  const { tenant } = started.use(await aSandbox({ clients, clientGrants: grants }));
  const folder = started.use(await temporaryFolder());
  await folder.write("curfew.yaml", configOf(tenant.origin));
  await folder.write("old", `${CANARY}\n`);
  const running = started.move();
  const run = (args: readonly string[], options: Partial<Parameters<typeof curfew>[1]> = {}): Promise<Run> =>
    curfew(args, { cwd: folder.path, env: { RESPONDER: "responder-secret" }, ...options });
  return {
    tenant,
    folder: folder.path,
    run,
    /** Runs it and presses Ctrl-C once, as soon as it says `text`. */
    interruptedAt: (text: string, args: readonly string[]): Promise<Run> => {
      let interrupt = (): void => undefined;
      return run(args, {
        onStart: (kill) => {
          interrupt = () => kill("SIGINT");
        },
        onOutput: (stdout, stderr) => {
          if (!`${stdout}${stderr}`.includes(text)) return;
          interrupt();
          interrupt = () => undefined;
        },
      });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

const configOf = (origin: string): string => `version: 1
tenants:
  - name: acme
    domain: ${DOMAIN}
    origin: ${origin}
    plan: enterprise
    auditor: { clientId: auditor, secret: env:AUDITOR }
    responder: { clientId: responder, secret: env:RESPONDER }
`;

const grantTypes = (tenant: SandboxTenant) => tenant.state.clients.get("checkout")?.grant_types;

async function everyFile(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

describe("curfew revoke --local", { timeout: 60_000 }, () => {
  let world: Awaited<ReturnType<typeof startWorld>>;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it("walks through a drill, changes nothing, and keeps its evidence in the folder", async () => {
    const run = await world.run([...NOW, "--drill", "--name", "fire", "--old-secret-file", "old"]);

    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("DRILL: checkout would be contained.") });
    expect(grantTypes(world.tenant)).toEqual(["client_credentials"]);
    expect(run.stdout + run.stderr).not.toContain("done. The application gets no new");
    const { mode } = await stat(join(world.folder, ".curfew", "incidents", "incidents.db"));
    expect(mode & 0o777).toBe(0o600);
    expect(await readdir(join(world.folder, ".curfew", "incidents", "drill-fire"))).toEqual(
      expect.arrayContaining([expect.stringMatching(/\.html$/), expect.stringMatching(/\.json$/)]),
    );
  });

  it("names the variable that is missing, before anything is done", async () => {
    const run = await world.run(NOW, { env: {} });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("The environment variable RESPONDER is not set");
  });

  it("starts nothing for an application that is not there", async () => {
    const run = await world.run([
      "revoke",
      "--local",
      "--tenant",
      "acme",
      "--client",
      "chekout",
      "--reason",
      "r",
      "--yes",
    ]);

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("There is no application chekout in acme");
  });

  it("says why the responder is refused and what a person does, ends, and locks once that is mended", async () => {
    const run = await world.run([...NOW, "--name", "shut-out"], { env: { RESPONDER: "wrong" } });
    const list = await world.run(["incidents", "show", "shut-out", "--local"]);
    const again = await world.interruptedAt("LOCKED at", ["revoke", "--local", "--resume", "shut-out"]);

    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(
      /^NOT LOCKED: [\s\S]*Auth0 refuses the login with which Curfew acts, that of the responder/,
    );
    expect(run.stdout).toMatch(/clear Client Credentials[\s\S]*--resume shut-out/);
    expect(run.stdout.match(/NOT LOCKED/g)).toHaveLength(1);
    expect(list.stdout).not.toMatch(/rotate:|prove:|watch:/);
    expect(again.stdout).toContain("LOCKED at");
    world.tenant.state.clients.get("checkout")?.grant_types?.push("client_credentials");
  });

  it("changes nothing where Ctrl-C comes before the lock, and says how to go on", async () => {
    const grants = [...world.tenant.state.clientGrants.keys()];
    const held = world.tenant.faults.add({ match: { method: "PATCH" }, effect: { kind: "hang" } });
    const run = await world.interruptedAt("The incident early is open.", [...NOW, "--name", "early"]);
    held.remove();

    expect(run).toMatchObject({ code: 130, stdout: "" });
    expect(run.stderr).toMatch(
      /\nNOT LOCKED: interrupted before [\s\S]*\n *npx curfew revoke --local --resume early\n$/,
    );
    expect(grantTypes(world.tenant)).toEqual(["client_credentials"]);
    expect([...world.tenant.state.clientGrants.keys()]).toEqual(grants);
  });

  it("locks and contains; without what leaked it proves nothing, and watches until Ctrl-C", async () => {
    const run = await world.interruptedAt("watch: incomplete", [...NOW, "--name", "leak"]);

    expect(run.code).toBe(130);
    expect(run.stdout).toMatch(/LOCKED[\s\S]*--old-secret-file/);
    expect(run.stdout).not.toContain("CONTAINED: ");
    expect(run.stderr).toMatch(/npx curfew revoke --local --resume leak --old-secret-file FILE\n$/);
    expect(grantTypes(world.tenant)).toEqual([]);
  });

  it("goes on with it where it was left, now with what leaked", async () => {
    const resume = ["revoke", "--local", "--resume", "leak", "--old-secret-file", "old"];
    const run = await world.interruptedAt("The incident leak is open.", resume);

    expect(run.code).toBe(130);
    const list = await world.run(["incidents", "--local"]);
    expect(list.stdout).toMatch(/leak[\s\S]*NOT contained/);
    const show = await world.run(["incidents", "show", "leak", "--local"]);
    expect(show.stdout).toContain("PATCH /api/v2/clients/checkout grant_types: none");
    expect(show.stdout).toMatch(
      /To give back by hand[\s\S]*APIs: authorize it for\s+https:\S+ read:clients[\s\S]*tick\s+Client/,
    );
  });

  it("leaves what leaked in no file", async () => {
    const files = await everyFile(join(world.folder, ".curfew"));

    expect(files).toContain("checkout");
    expect(files).not.toContain(CANARY);
    expect(files).not.toContain("responder-secret");
  });

  it("says what cannot be resumed", async () => {
    const resumed = (...more: string[]) => world.run(["revoke", "--local", ...more]);
    const asDrill = resumed("--drill", "--resume", "leak"); // ends before it opens what the others do
    const closed = await resumed("--resume", "drill-fire");
    const unknown = await resumed("--resume", "nothing");

    expect([closed.code, unknown.code, (await asDrill).code]).toEqual([3, 3, 3]);
    expect((await asDrill).stderr).toContain("leave out --drill");
    expect(closed.stderr).toContain("is closed; there is nothing to resume");
    expect(unknown.stderr).toMatch(/There is no incident nothing; npx curfew incidents .*--local/);
  });
});
