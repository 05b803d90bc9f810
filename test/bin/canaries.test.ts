import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import type { AuditReport } from "../../lib/reports/audit-report.ts";
import { renderJson } from "../../lib/reports/json.ts";
import { renderTable } from "../../lib/reports/table.ts";
import type { FaultEffect } from "../../lib/sandbox/faults/fault.ts";
import type { TenantSeed } from "../../lib/sandbox/tenant-seed.ts";
import { AUDITOR, auditedSandbox } from "../support/audited-sandbox.ts";
import { curfew, temporaryFolder } from "../support/command-line.ts";
import { keyPair } from "../support/keys.ts";

const CANARY = "canary-5b1e9d";
const KEYS = keyPair();

/** A tenant full of secrets, with an auditor for each way to authenticate. */
const SEED: Partial<TenantSeed> = {
  rateLimits: false,
  clients: [
    { name: "web shop", client_id: "shop", client_secret: `${CANARY}-client-secret` },
    {
      name: "key auditor",
      client_id: "key-auditor",
      app_type: "non_interactive",
      grant_types: ["client_credentials"],
      credentials: [{ name: "key", kid: "test-key", pem: KEYS.pem }],
    },
  ],
  clientGrants: [
    {
      client_id: "key-auditor",
      audience: "https://acme.eu.auth0.com/api/v2/",
      scope: ["read:clients", "read:resource_servers"],
    },
  ],
  resourceServers: [
    { identifier: "https://api.example/", signing_alg: "HS256", signing_secret: `${CANARY}-signing-secret` },
  ],
  actions: [{ name: "act", code: `const key = "${CANARY}-in-code";`, secrets: [{ name: "KEY" }] }],
};

const world = await auditedSandbox(SEED, { speed: 40 });
/** The command line runs on the machine's clock, so its tenant must too. */
const ordinaryWorld = await auditedSandbox(SEED, { speed: 1 });

/** A body that repeats what it was sent, as a careless proxy's error page does. */
const ECHO = `{"error":"${CANARY}-echo","message":"${AUDITOR.secret} ${CANARY}","errorCode":"${CANARY}","access_token":`;

const FAULTS: { title: string; path: string; effect?: FaultEffect }[] = [
  { title: "nothing fails", path: "/none" },
  ...["/oauth/token", "/api/v2/*"].flatMap((path) =>
    [
      { title: "an error page that echoes", effect: { kind: "answer", status: 400, body: `${ECHO}"x"}` } },
      { title: "a 403 that echoes", effect: { kind: "answer", status: 403, body: `${ECHO}"x"}` } },
      {
        title: "broken JSON that echoes",
        effect: { kind: "answer", status: 200, body: ECHO, headers: { "content-type": "application/json" } },
      },
      {
        title: "HTML that echoes",
        effect: { kind: "answer", status: 200, body: ECHO, headers: { "content-type": "text/html" } },
      },
      { title: "a redirect that carries", effect: { kind: "redirect", location: `https://evil.example/${CANARY}` } },
      {
        title: "an odd answer",
        effect: {
          kind: "answer",
          status: 200,
          body: { clients: [{ client_id: { [CANARY]: CANARY } }], access_token: 7 },
        },
      },
      { title: "a dropped connection", effect: { kind: "drop" } },
    ].map(({ title, effect }) => ({ title: `${path}: ${title}`, path, effect: effect as FaultEffect })),
  ),
];

const AUDITORS = [
  {
    method: "secret",
    login: `{ clientId: ${AUDITOR.clientId}, secret: env:AUDITOR }`,
    env: { AUDITOR: AUDITOR.secret },
  },
  {
    method: "private key",
    login: "{ clientId: key-auditor, privateKey: env:AUDITOR }",
    env: { AUDITOR: JSON.stringify({ privateKeyJwk: JSON.parse(KEYS.jwk), clientId: "key-auditor" }) },
  },
  {
    method: "payload for another client",
    isRefused: true,
    login: `{ clientId: ${AUDITOR.clientId}, secret: env:AUDITOR }`,
    env: { AUDITOR: JSON.stringify({ clientSecret: AUDITOR.secret, clientId: `${CANARY}-other` }) },
  },
  {
    method: "wrong secret",
    isRefused: true,
    login: `{ clientId: ${AUDITOR.clientId}, secret: env:AUDITOR }`,
    env: { AUDITOR: `${CANARY}-wrong` },
  },
  {
    method: "unusable key",
    isRefused: true,
    login: "{ clientId: key-auditor, privateKey: env:AUDITOR }",
    env: { AUDITOR: `{"kty":"RSA","d":"${CANARY}"` },
  },
];

/** Every way in which a secret of this test could be recognized: as planted, as part of a key, or as a token. */
const LEAKS = [CANARY, AUDITOR.secret, String(JSON.parse(KEYS.jwk).d).slice(0, 40), "eyJ"];

const leaksIn = (text: string): string[] => LEAKS.filter((leak) => text.includes(leak));

describe("no secret is ever shown", () => {
  let reports = 0;

  it.each(FAULTS)("in any report: $title", async ({ path, effect }) => {
    world.tenant.faults.clear();
    if (effect) world.tenant.faults.add({ match: { path }, effect });

    const audit = await world.audit();

    const report: AuditReport = {
      schemaVersion: 1,
      generatedAt: "",
      profile: "baseline",
      tenants: [audit],
      exceptions: [],
    };
    reports += 2;
    expect(leaksIn(renderJson(report))).toEqual([]);
    expect(leaksIn(renderTable(report, { checks: CATALOGUE, width: 200, color: false }))).toEqual([]);
    expect(audit.status === "failed").toBe(path === "/oauth/token");
  });

  it.each([
    ...AUDITORS.map((auditor) => ({ title: auditor.method, auditor, fault: undefined })),
    {
      title: "broken JSON from Auth0",
      auditor: AUDITORS[0],
      fault: FAULTS.find(({ title }) => title === "/api/v2/*: broken JSON that echoes"),
    },
  ])("by the command line: $title", async ({ auditor, fault }) => {
    ordinaryWorld.tenant.faults.clear();
    if (fault?.effect) ordinaryWorld.tenant.faults.add({ match: { path: fault.path }, effect: fault.effect });
    await using folder = await temporaryFolder();
    await folder.write(
      "curfew.yaml",
      `version: 1\ntenants:\n  - name: acme\n    domain: acme.eu.auth0.com\n    origin: ${ordinaryWorld.tenant.origin}\n    plan: enterprise\n    auditor: ${auditor?.login}\n`,
    );

    const run = await curfew(["--verbose", "audit", "--format", "json", "--output", "report"], {
      cwd: folder.path,
      env: { ...auditor?.env },
    });

    reports += 1;
    expect(run.code === 3).toBe(auditor?.isRefused === true);
    expect(leaksIn(`${run.stdout}${run.stderr}${await readFile(join(folder.path, "report"), "utf8")}`)).toEqual([]);
  });

  it("nor did any audit make Auth0 return one", async () => {
    console.log(`canaries: ${reports} reports, 0 leaks`);
    for (const { tenant, [Symbol.asyncDispose]: close } of [world, ordinaryWorld]) {
      await close();
      expect(tenant.requests.length).toBeGreaterThan(20);
      expect(tenant.logs.filter(({ type }) => type === "mgmt_api_read")).toEqual([]);
    }
  });
});

it("nor what a person put into the wrong place", async () => {
  const secret = "7f3kQ9xW2mB5vT8zL1pR4sY6uA0e_7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-7f3kQ9";
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhY21lIn0.c2lnbmVk";
  await using folder = await temporaryFolder();
  await folder.write("curfew.yaml", "version: 1\ntenants: [{ name: acme, domain: acme.eu.auth0.com, plan: free }]\n");
  for (const line of [
    ["revoke", "--tenant", "acme", "--client", secret, "--reason", "in a log", "--yes"],
    ["revoke", `--token=${token}`],
    ["findings", "--since", secret, "--verbose"],
    ["checks", "show", token],
  ]) {
    const { code, stdout, stderr } = await curfew(line, { cwd: folder.path });

    expect({ line, code, stdout }).toEqual({ line, code: 3, stdout: "" });
    for (const canary of [secret, "eyJ", "c2lnbmVk"]) expect(stderr).not.toContain(canary);
  }
});
