import { afterAll, describe, type ExpectStatic, expect, it } from "vitest";
import type { Proof } from "../../lib/rotation/ledger/rotation-record.ts";
import { CURRENT, PENDING, PREVIOUS } from "../../lib/rotation/ports.ts";
import type { FaultEffect } from "../../lib/sandbox/faults/fault.ts";
import { CANARY, ONCALL } from "./support/cast.ts";
import { PARTS, type PartName, secretNameOfPart } from "./support/rotation-cast.ts";
import { type Application, startRotations } from "./support/start-rotations.ts";

const rotations = await startRotations();
afterAll(() => rotations[Symbol.asyncDispose]());
const { deployment, application, auth0 } = rotations;
const { messaging, secretsManager } = deployment.cloud;

const TIMEOUT = { timeout: 180_000 };

/** An application whose secret somebody said is its. */
async function adopted(name: PartName): Promise<Application> {
  const adopted = application(name);
  await adopted.adopt();
  return adopted;
}

/** That a version is in place everywhere, and that its predecessor is dead, for which there is evidence. */
async function assertProven(expect: ExpectStatic, app: Application, version: string): Promise<void> {
  if (app.part.kind === "private-key") await app.passOverlap(version);
  const record = await app.record();
  expect(record).toMatchObject({ failures: 0, promoted: { version }, aftercare: [], lastProof: { current: version } });
  expect(record).not.toHaveProperty("underWay");
  expect(record).not.toHaveProperty("held");
  expect([app.version(CURRENT), app.version(PENDING)]).toEqual([version, undefined]);
  expect(app.atAuth0()).toEqual(app.part.kind === "private-key" ? [app.credential(CURRENT)] : app.credential(CURRENT));
  const { rows, objects } = await rotations.snapshot();
  const evidence = objects.get(`rotations/${app.part.tenant}/${app.clientId}/${version}.json`)?.body.toString() ?? "{}";
  const { proof } = JSON.parse(evidence) as { proof?: Proof };
  expect(proof).toEqual(record?.lastProof);
  expect(
    proof?.answers.filter(({ old, current }) => old === "refused" && current === "accepted").length,
  ).toBeGreaterThan(4);
  const dated = rows.find(({ pk, sk }) => pk === `TENANT#${app.part.tenant}` && sk === `CREDENTIAL#${app.clientId}`);
  expect(dated?.value.promotedAt).toBe(record?.promoted?.at);
  expect(dated?.value.rotatedAt).toBeLessThan(Number(record?.promoted?.at));
}

/** That nothing was changed: neither what is current nor what Auth0 knows. */
function assertUntouched(
  expect: ExpectStatic,
  app: Application,
  before: { version: string | undefined; known: unknown },
) {
  expect({ version: app.version(CURRENT), known: app.atAuth0() }).toEqual(before);
}

const stateOf = (app: Application) => ({ version: app.version(CURRENT), known: app.atAuth0() });

const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

describe.concurrent("a rotation through the bundle", TIMEOUT, () => {
  it("replaces a client secret, keeps the form of what is stored, and proves the old one dead", async ({ expect }) => {
    const app = await adopted("secret");
    const version = await app.order("schedule");
    const { outcome, calls } = await app.rotate(version);

    expect({ outcome, steps: calls.map(({ step }) => step) }).toEqual({ outcome: "succeeded", steps });
    await assertProven(expect, app, version);
    expect(app.credential(PREVIOUS)).toBe(`${CANARY}-first-of-secret`);
    const { SecretString } = secretsManager.call("GetSecretValue", { SecretId: secretNameOfPart("secret") });
    expect(JSON.parse(String(SecretString))).toMatchObject({ clientId: "secret", note: `${CANARY}-note` });
    expect(app.credential(CURRENT)).toMatch(/^[\w-]{64}$/);
    const { rows } = await rotations.snapshot();
    expect(rows.find(({ sk }) => sk === "LEASE#secret")?.value.processes).toEqual([]);
  });

  it("replaces a key: both are attached for the overlap, then the old one is detached and deleted", async ({
    expect,
  }) => {
    const app = await adopted("key");
    const version = await app.order("schedule");
    const { outcome } = await app.rotate(version);

    expect(outcome).toBe("succeeded");
    await assertProven(expect, app, version);
    const told = rotations.tenant("shop").requests.filter(({ path }) => path.startsWith("/api/v2/clients/key"));
    const writes = told.filter(({ method }) => method !== "GET").map(({ method }) => method);
    expect(writes).toEqual(["POST", "PATCH", "PATCH", "DELETE"]);
  });

  it("that somebody starts in the console is done with the same care", async ({ expect }) => {
    const app = await adopted("console");
    const version = crypto.randomUUID();
    await app.rotate(version);

    await assertProven(expect, app, version);
  });

  it("waits where the old secret holds until a change has spread", async ({ expect }) => {
    const app = await adopted("slow-secret");
    const version = await app.order("schedule");
    const { calls } = await app.rotate(version);

    expect(calls.filter(({ failed }) => failed)).toEqual([]);
    await assertProven(expect, app, version);
    expect(((await app.record())?.promoted?.at ?? 0) - setAtOf(app)).toBeGreaterThanOrEqual(25_000);
  });

  it("is tried again where answers are lost, or are not Auth0's", async ({ expect }) => {
    const app = await adopted("answers-lost");
    const version = await app.order("schedule");
    const match = { path: "/api/v2/clients/answers-lost" };
    const { faults } = rotations.tenant("shop");
    for (const effect of FAULTS) faults.add({ match: { ...match, method: "GET" }, times: 1, effect });
    faults.add({ match: { ...match, method: "PATCH" }, times: 1, effect: { kind: "drop", when: "after" } });
    const { calls } = await app.rotate(version);

    expect(calls.filter(({ failed }) => failed).length).toBeGreaterThan(0);
    await assertProven(expect, app, version);
  });

  it("is the same when every step is called twice", async ({ expect }) => {
    const app = await adopted("repeated");
    const version = await app.order("person");
    await app.rotate(version);
    const { SecretString } = secretsManager.call("GetSecretValue", { SecretId: secretNameOfPart("repeated") });
    for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
      await app.step(step, version);

    expect(secretsManager.call("GetSecretValue", { SecretId: secretNameOfPart("repeated") })).toMatchObject({
      SecretString,
    });
    await assertProven(expect, app, version);
  });
});

/** What a careless proxy says, which repeats what it was sent. */
const ECHO = { error: `${CANARY}-echo`, message: CANARY, access_token: CANARY };
const FAULTS: readonly FaultEffect[] = [
  { kind: "answer", status: 400, body: ECHO },
  { kind: "answer", status: 200, body: `<html>${CANARY}</html>`, headers: { "content-type": "text/html" } },
  { kind: "answer", status: 403, body: ECHO },
  { kind: "redirect", location: `https://evil.example/${CANARY}` },
];

/** When Auth0 was told of a secret. */
const setAtOf = (app: Application): number =>
  rotations
    .tenant(app.part.tenant)
    .requests.findLast(({ method, path }) => method === "PATCH" && path === `/api/v2/clients/${app.clientId}`)?.at ?? 0;

describe.concurrent("a function that is killed", TIMEOUT, () => {
  it.for([
    { name: "killed-storing", at: "PutSecretValue", moment: "after" },
    { name: "killed-promoting", at: "UpdateSecretVersionStage", moment: "after" },
  ] as const)("after $at leaves nothing that is not finished", async ({ name, at, moment }, { expect }) => {
    const app = await adopted(name);
    const version = await app.order("schedule");
    app.gate.reset(app.death(at, moment));
    const { outcome, calls } = await app.rotate(version);

    // The killed step failed; on a busy machine another may run out of its time as well, and is tried again.
    expect(outcome).toBe("succeeded");
    expect(calls.filter(({ failed }) => failed)).not.toEqual([]);
    expect(app.gate.calls.filter(({ operation }) => operation === at)).toHaveLength(1);
    await assertProven(expect, app, version);
  });

  it.for([
    { name: "killed-telling", write: "PATCH /api/v2/clients/killed-telling" },
    { name: "killed-registering", write: "POST /api/v2/clients/killed-registering/credentials" },
  ] as const)("after $write finds again what it set", async ({ name, write }, { expect }) => {
    const app = await adopted(name);
    const version = await app.order("schedule");
    const gate = auth0[app.part.tenant];
    gate.reset(app.death(write, "after"));
    const { outcome, calls } = await app.rotate(version);

    // The killed step failed; on a busy machine another may run out of its time as well, and is tried again.
    expect(outcome).toBe("succeeded");
    expect(calls.filter(({ failed }) => failed)).not.toEqual([]);
    // A key is registered once; the same secret may be sent again where an answer comes late.
    const sent = gate.calls.filter(({ operation }) => operation === write).length;
    expect(write.startsWith("POST") ? sent : Math.min(sent, 1)).toBe(1);
    await assertProven(expect, app, version);
  });
});

describe.concurrent("a rotation that is refused changes nothing, and says why", TIMEOUT, () => {
  it("holds a credential whose secret was set by hand, and people hear at once", async ({ expect }) => {
    const app = await adopted("drifted");
    const before = stateOf(app);
    const { outcome } = await app.rotate(await app.order("schedule"));

    expect(outcome).toBe("failed");
    assertUntouched(expect, app, before);
    expect(await app.record()).toMatchObject({ held: { refusal: "current-refused" } });
    const subjects = messaging.mails.flatMap(({ kind, to, subject }) =>
      kind === "notification" && to === ONCALL && subject.includes("drifted") ? [subject] : [],
    );
    expect(subjects).toEqual([expect.stringMatching(/^HIGH shop: the rotation of drifted is held/)]);
  });

  it("but by a person who says that it may be overwritten", async ({ expect }) => {
    const app = await adopted("overwritten");
    const first = await app.rotate(await app.order("schedule"));
    expect([first.outcome, (await app.record())?.held?.refusal]).toEqual(["failed", "current-refused"]);
    secretsManager.call("UpdateSecretVersionStage", {
      SecretId: app.target.arn,
      VersionStage: PENDING,
      RemoveFromVersionId: first.token,
    });
    const version = await app.order("person", { overwrite: true });
    const { outcome } = await app.rotate(version);

    expect(outcome).toBe("succeeded");
    expect((await app.record())?.promoted?.version).toBe(version);
    expect(app.atAuth0()).toBe(app.credential(CURRENT));
  });

  it.for([
    { name: "signing", why: "hs256-client", isHeld: true },
    { name: "left-alone", why: "rotate-off", isHeld: false },
    // SNS hangs, so that nobody is told: the step says what is wrong all the same, and is not ended from outside.
    { name: "misfiled", why: "target-disagrees", isHeld: true },
    { name: "moved", why: "not-configured", isHeld: true },
  ] as const)("$name: $why", async ({ name, why, isHeld }, { expect }) => {
    const app = await adopted(name);
    const before = stateOf(app);
    const { outcome, calls } = await app.rotate();

    expect(outcome).toBe("failed");
    expect(new Set(calls.map(({ step }) => step))).toEqual(new Set(["createSecret"]));
    assertUntouched(expect, app, before);
    const record = await app.record();
    expect(record?.lastFailure).toMatchObject({ code: "rotation-refused", refusal: why, step: "createSecret" });
    expect(record?.held?.refusal).toBe(isHeld ? why : undefined);
    expect(app.output()).toContain('"code":"rotation-refused"');
  });

  it("stranger: no-target, whatever the secret says of itself", async ({ expect }) => {
    const app = application("stranger");
    const before = stateOf(app);
    const { outcome } = await app.rotate();

    expect(outcome).toBe("failed");
    assertUntouched(expect, app, before);
    expect(app.output()).toContain("Nobody said whose credential the secret");
  });
});

describe.concurrent("what people do in Secrets Manager", TIMEOUT, () => {
  it("switching rotation on without rotating tests the function, and changes nothing", async ({ expect }) => {
    const app = await adopted("tested");
    const before = stateOf(app);
    const { kind, outcome, calls } = await app.rotate(undefined, { RotateImmediately: false });

    expect({ kind, outcome, calls }).toMatchObject({
      kind: "test",
      outcome: "failed",
      calls: [{ step: "testSecret" }],
    });
    assertUntouched(expect, app, before);
    const record = await app.record();
    expect({ ...record }).not.toHaveProperty("lastFailure");
    expect({ ...record }).not.toHaveProperty("underWay");
    // The alarm about failed steps takes it off.
    expect(app.output()).toMatch(/"RotationTests":1/);
  });

  it("cancelling does not stop what Auth0 was told of: it is finished forward", async ({ expect }) => {
    const app = await adopted("cancelled");
    const version = await app.order("schedule");
    const cancel = () => void secretsManager.call("CancelRotateSecret", { SecretId: app.target.arn });
    app.gate.reset(app.death("UpdateSecretVersionStage", "before", cancel));
    const { outcome } = await app.rotate(version);
    expect([outcome, app.version(PENDING), app.atAuth0()]).toEqual(["cancelled", version, app.credential(PENDING)]);

    for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
      await app.step(step, version);
    expect((await app.record())?.lastProof?.current).toBe(version);
    expect(app.atAuth0()).toBe(app.credential(CURRENT));
  });

  it("a version that hangs keeps every other from being begun, until it is finished", async ({ expect }) => {
    const app = await adopted("hanging");
    const version = await app.order("schedule");
    const { faults } = rotations.tenant("slow");
    faults.add({ match: { path: "/api/v2/clients/hanging" }, effect: { kind: "server-error" } });
    const { outcome } = await app.rotate(version);
    expect(outcome).toBe("failed");
    await expect(app.rotate()).rejects.toThrow("A previous rotation isn't complete");
    faults.clear();

    for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
      await app.step(step, version);
    expect((await app.record())?.lastProof?.current).toBe(version);
  });
});

describe("secrets", () => {
  it("that were made by the function itself are known to the witness", () => {
    const witness = rotations.witness();
    const value = { deep: [`before ${application("secret").credential(CURRENT)} after`] };
    witness.look({ rows: [{ pk: "TENANT#shop", sk: "ROTATION#secret", value, version: 1 }], objects: new Map() });
    expect(witness.sightings.map(({ place }) => place)).toEqual(["rows of the table"]);
  });

  it("are nowhere: logs, rows, objects, mails, events and errors", async () => {
    const witness = rotations.witness();
    witness.look(await rotations.snapshot());
    witness.lookBack();
    const texts = [...witness.looked.values()].reduce((sum, count) => sum + count, 0);
    console.info(
      `rotation through the bundle: ${Object.keys(PARTS).length} paths; canaries: ${texts} texts in ${witness.looked.size} places, ${witness.sightings.length} sightings`,
    );
    expect(witness.sightings).toEqual([]);
    expect(texts).toBeGreaterThan(300);
  });
});
