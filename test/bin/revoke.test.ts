import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Asked, askedKey } from "../../lib/revocation/approvals/asked.ts";
import { planHash } from "../../lib/revocation/approvals/plan-hash.ts";
import { incidentPartition, type StepResult } from "../../lib/revocation/incident/incident.ts";
import { changeIncident, readIncident, recordStep } from "../../lib/revocation/incident/incidents.ts";
import { openIncident } from "../../lib/revocation/incident/open-incident.ts";
import { addToTimeline } from "../../lib/revocation/incident/timeline.ts";
import { classify } from "../../lib/revocation/leak/classify.ts";
import { refreshTokensRevoked } from "../../lib/revocation/window/refresh-tokens.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import { all, type DeployedIncidents, deployedIncidents, type Machine } from "../support/deployed-incidents.ts";

const WHY = ["--reason", "in a public repository"];
const NOW = ["--tenant", "acme", ...WHY, "--yes"];
const CLOSES = Date.UTC(2027, 0, 5, 6);

const done = (at: number): StepResult => ({ at, outcome: "done", message: "It is done." });

/** Does all that a machine does up to the window; `stranded` applications keep their grants. */
const machine: Machine = async ({ id, openedAt: now, clientId, token }, table) => {
  // What was taken away spreads for a while; this was long ago.
  const openedAt = id === "still-open" ? now - 3_600_000 : now;
  await changeIncident(table, id, (known) => ({ ...known, openedAt }));
  const leak = classify({ clientId, token, client: undefined, own: null });
  await changeIncident(table, id, (known) => ({ ...known, leak }));
  await recordStep(table, id, "lock", done(openedAt + 1));
  await addToTimeline(table, id, {
    at: openedAt + 1,
    who: "curfew",
    what: "PATCH /api/v2/clients",
    answer: "accepted",
  });
  const missing = ["cgr_1: the responder lacks delete:client_grants"];
  const held: StepResult = {
    at: openedAt + 2,
    outcome: "incomplete",
    message: "Not all.",
    missing,
    code: "missing-scope",
  };
  await recordStep(table, id, "contain", clientId === "stranded" ? held : done(openedAt + 2));
  await recordStep(table, id, "prove", done(openedAt + 3));
  const ends = { apis: [], others: 0, tokenUntil: null };
  const window: ExposureWindow =
    id === "still-open"
      ? { ...ends, state: "open", because: ["Their refresh tokens work until they are revoked."], knownUntil: CLOSES }
      : { ...ends, state: "closes", at: CLOSES };
  await changeIncident(table, id, (known) => ({ ...known, window }));
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

describe("curfew revoke, deployed", { timeout: 60_000 }, () => {
  let deployed: DeployedIncidents;
  beforeAll(async () => {
    deployed = await deployedIncidents(machine);
  });
  afterAll(() => deployed[Symbol.asyncDispose]());

  it("asks the desk as the person, and says that it is contained and until when tokens work", async () => {
    const run = await deployed.run(["revoke", ...NOW, "--client", "checkout"]);

    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("CONTAINED: checkout") });
    expect(run.stdout).toContain("2027-01-05 06:00 UTC");
    expect(run.stderr).toContain("lock: client_credentials is taken out");
    const [incident] = await deployed.incidents();
    expect(incident).toMatchObject({
      clientId: "checkout",
      openedBy: expect.stringContaining("assumed-role/oncall/dana"),
    });
    expect(run.stderr).toContain(`npx curfew incidents show ${incident?.id} --follow`);
  });

  it("ends with 1 and says exactly what is missing where it is not contained", async () => {
    const run = await deployed.run(["revoke", ...NOW, "--client", "stranded", ...deployed.named]);

    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/npx curfew incidents show --desk \S+ --table \S+ \S+ --follow\n/);
    expect(oneLine(run.stdout)).toContain("LOCKED");
    expect(oneLine(run.stdout)).toContain("cgr_1: the responder lacks delete:client_grants");
  });

  it("ends with 1 where what leaked still gets a token though everything looks contained, and takes the proof back", async () => {
    const input = "checkout-secret";
    const run = await deployed.run(
      ["revoke", ...NOW, "--client", "checkout", "--name", "still-open", "--old-secret-file", "-"],
      { input },
    );

    expect(run.code).toBe(1);
    expect(oneLine(run.stderr)).toContain("STILL GETS a token for https://acme.eu.auth0.com/api/v2/");
    expect(run.stderr.match(/The credential that a person gave is still accepted/g)).toHaveLength(1);
    expect((await readIncident(deployed.table, "still-open")).steps.prove).toMatchObject({
      outcome: "incomplete",
      missing: [expect.stringMatching(/STILL GETS.*oncall\/dana/)],
    });
    const rows = await all(deployed.table.list(incidentPartition("still-open"), { prefix: "" }));
    expect(rows.map(({ key }) => key.sort)).toContainEqual(expect.stringMatching(/^OWN#/));
    for (const kept of [run.stdout, run.stderr, JSON.stringify(rows)]) expect(kept).not.toContain(input);
  });

  it("takes a person's word that the refresh tokens are gone, at the desk", async () => {
    const order = ["incidents", "refresh-tokens-revoked", "still-open", "--yes"];
    const said = await deployed.run([...order, ...deployed.named]);
    const future = await deployed.run([...order, "--since", "2999-01-01"]);

    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining("It is on record") });
    expect(said.stderr).toContain(`npx curfew incidents show ${deployed.named.join(" ")} still-open --follow`);
    expect(await refreshTokensRevoked(deployed.table, "still-open")).toMatchObject({
      by: expect.stringContaining("oncall/dana"),
    });
    expect(future).toMatchObject({ code: 3, stderr: expect.stringContaining("not later than now") });
  });

  it("takes no such word, before it asks, of an incident that waits for none", async () => {
    const { id = "" } = (await deployed.incidents()).find(({ clientId }) => clientId === "stranded") ?? {};
    const run = await deployed.run(["incidents", "refresh-tokens-revoked", id, "--yes"]);

    expect(run).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringContaining("does not wait for refresh tokens"),
    });
    expect(run.stderr).toContain("Steps:");
    expect(await refreshTokensRevoked(deployed.table, id)).toBeUndefined();
  });

  it("reads a token here, and sends what it says and never the token", async () => {
    const run = await deployed.run(["revoke", ...NOW, "--token-file", "-", "--name", "by-token"], {
      input: deployed.token,
      as: "ASIALEAD",
    });

    expect(run.code).toBe(0);
    expect(oneLine(run.stderr)).toContain("among the approvers and cannot approve it");
    const incident = (await deployed.incidents()).find(({ id }) => id === "by-token");
    expect(incident?.token).toMatchObject({ clientId: "checkout", signature: { status: "verified" } });
    const rows = await all(deployed.table.list(incidentPartition("by-token"), { prefix: "" }));
    for (const text of [run.stdout, run.stderr, JSON.stringify(rows)])
      expect(text).not.toContain(deployed.token.split(".")[2]);
  });

  it("starts nothing for a forged token", async () => {
    const [head, body] = deployed.token.split(".");
    const run = await deployed.run(["revoke", ...NOW, "--token-file", "-", "--name", "forged"], {
      input: `${head}.${body}.${Buffer.from("forged".repeat(50)).toString("base64url")}`,
    });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toMatch(/forged, or damaged/);
    expect((await deployed.incidents()).map(({ id }) => id)).not.toContain("forged");
  });

  it("says who may not start one, and starts nothing", async () => {
    const run = await deployed.run(["revoke", ...NOW, "--client", "other"], { as: "ASIASTRANGER" });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("You are not among those who may start an incident");
  });

  it("asks before anything is done, and where nobody can be asked it does nothing", async () => {
    const run = await deployed.run(["revoke", "--tenant", "acme", ...WHY, "--client", "unasked"]);

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("add --yes");
    expect((await deployed.incidents()).map(({ clientId }) => clientId)).not.toContain("unasked");
  });

  it("says where to go on when the deployed stack does not answer", async () => {
    const run = await deployed.run(["revoke", ...NOW, "--client", "checkout"], {
      env: { AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:1" },
    });

    expect(run).toMatchObject({ code: 3, stdout: "" });
    expect(run.stderr).toContain("contain it from here with --local");
  });

  it("lists incidents and shows one, for people and for programs", async () => {
    const list = await deployed.run(["incidents"]);
    const json = await deployed.run(["incidents", "show", "by-token", "--format", "json"]);
    const text = await deployed.run(["incidents", "show", "by-token"]);

    expect(list.stdout).toContain("by-token");
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      incident: {
        id: "by-token",
        contained: true,
        window: { closesAt: "2027-01-05T06:00:00.000Z" },
        steps: { watch: null },
      },
      timeline: [{ what: "Opened the incident: in a public repository" }, { what: "PATCH /api/v2/clients" }],
    });
    expect(text.stdout).toMatch(/by-token: contained[\s\S]*Timeline:[\s\S]*PATCH/);
  });

  describe("when an incident asks something", () => {
    const scopes = Array.from({ length: 20 }, (_, index) => `read:orders-${index}`);
    const grants = [{ audience: "https://orders", scopes, organizations: ["org_1", "org_2"] }];
    const plan = { clientId: "checkout", grantTypes: ["client_credentials"], grants, networkAcl: false };
    const asked = {
      lines: ["GIVE BACK https://orders: read:orders-0 and more"],
      planHash: planHash(plan),
      until: CLOSES,
    };
    beforeAll(async () => {
      const row = {
        ...asked,
        plan,
        askedAt: 0,
        decision: null,
        reminders: 0,
        taskToken: null,
        approvals: [],
      } satisfies Asked;
      await deployed.table.put(askedKey("by-token", "restore"), row);
    });

    it.each([
      ["approve", "Approved"],
      ["reject", "Rejected"],
    ])("shows it, and %ss exactly that", async (decision, says) => {
      const show = await deployed.run(["incidents", "show", "by-token"]);
      const run = await deployed.run([decision, "by-token", "restore", "--yes"], { as: "ASIALEAD" });

      expect(oneLine(show.stdout)).toContain("npx curfew approve by-token restore");
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(says) });
      expect(oneLine(run.stderr)).toContain("read:orders-19; with org_1 org_2");
      expect(deployed.decisions.at(-1)).toMatchObject({
        decision,
        step: "restore",
        planHash: asked.planHash,
        caller: expect.stringContaining("security-lead/kim"),
      });
    });

    it("says after a no to what a person has ended halfway that it is locked again", async () => {
      const { table } = deployed;
      const facts = { tenant: "acme", clientId: "halfway", reason: "r", drill: false, token: null, leakedSince: null };
      const openAs = (name: string, at: number) =>
        openIncident(table, { ...facts, name, openedAt: at, openedBy: "dana" });
      await openAs("first", 1);
      await changeIncident(table, "first", (known) => ({ ...known, replacedAt: 2 }));
      await openAs("second", 3);
      const restored = { at: 4, stoppedAt: 2, by: "second" };
      await changeIncident(table, "first", (known) => ({ ...known, restored }));
      await changeIncident(table, "second", (known) => ({ ...known, ended: { at: 5, by: "sam", reason: "r" } }));
      const row = { ...asked, plan, askedAt: 6, decision: null, reminders: 0, taskToken: null, approvals: [] };
      await table.put(askedKey("first", "restore"), row satisfies Asked);
      const run = await deployed.run(["reject", "first", "restore", "--yes"], { as: "ASIALEAD" });

      expect(oneLine(run.stdout)).toMatch(/^Rejected\. The application may be open, .*Curfew locks it again now\./);
    });

    it("says of a role that may not call the desk what it lacks, and nothing that does not help", async () => {
      const run = await deployed.run(["approve", "by-token", "restore", "--yes"], { as: "ASIANOBODY" as never });

      expect(run).toMatchObject({ code: 3, stdout: "" });
      expect(run.stderr).toMatch(/your role needs lambda:InvokeFunctionUrl and lambda:InvokeFunction on[^;]*\.\n$/);
    });

    it("ends an incident, with who and why, and asks nobody where the desk is that is named", async () => {
      const order = ["incidents", "close", "by-token", "--reason", "a test of ours", "--yes"];
      const run = await deployed.run([...order, ...deployed.named], {
        env: { AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:1" },
      });

      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining("Ended.") });
      const again = await deployed.run([...order.with(4, "another"), ...deployed.named]);
      expect(again.stdout).toMatch(/^It was ended already, and the first reason stands\./);
      expect(again.stderr).not.toContain("Ending it");
      const ended = (await deployed.incidents()).find(({ id }) => id === "by-token")?.ended;
      expect(ended).toMatchObject({ by: expect.stringContaining("oncall/dana"), reason: "a test of ours" });
    });

    it("says that nothing is asked about another step", async () => {
      const run = await deployed.run(["approve", "by-token", "key-revocation", "--yes"]);

      expect(run).toMatchObject({ code: 3, stdout: "" });
      expect(run.stderr).toContain("asks nothing about key-revocation");
    });
  });
});

describe("curfew revoke, interrupted", { timeout: 60_000 }, () => {
  it("says that the incident goes on, and how to follow it", async () => {
    await using deployed = await deployedIncidents(async ({ id, openedAt }, table) => {
      await recordStep(table, id, "lock", done(openedAt + 1));
    });
    let interrupt = (): void => undefined;
    const run = await deployed.run(["revoke", ...NOW, "--client", "checkout"], {
      onStart: (kill) => {
        interrupt = () => kill("SIGINT");
      },
      onOutput: (stdout) => {
        if (!stdout.includes("LOCKED")) return;
        interrupt();
        interrupt = () => undefined;
      },
    });

    expect(run.code).toBe(130);
    expect(run.stdout).toMatch(/LOCKED at .*NOT CONTAINED yet/);
    expect(oneLine(run.stdout)).toContain("the end is not known yet, because");
    expect(run.stderr).toMatch(/the incident goes on\. How it goes on:\s+npx curfew incidents show \S+ --follow\n$/);
  });
});
