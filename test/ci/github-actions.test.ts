import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { validateSarif } from "../reports/sarif-schema.ts";
import { temporaryFolder } from "../support/command-line.ts";
import { inSituation, SECRETS, SITUATIONS } from "./tenants.ts";
import { readWorkflow, runWorkflow } from "./workflow.ts";

const workflow = await readWorkflow(join(import.meta.dirname, "..", "..", "docs", "examples", "github-actions.yml"));

const resultsIn = (log: unknown): { ruleId: string }[] =>
  (log as { runs: { results: { ruleId: string }[] }[] }).runs.flatMap(({ results }) => results);

const FILES_AFTER_AN_AUDIT = ["curfew.json", "curfew.sarif"];

describe("the example for GitHub Actions", () => {
  it.each(SITUATIONS)("keeps the reports and fails as it should when $title", async ({ code, ...situation }) => {
    await using tenant = await inSituation(situation);
    await using root = await temporaryFolder();

    const { jobs, uploaded } = await runWorkflow(workflow, {
      root: root.path,
      config: tenant.config,
      secrets: SECRETS,
    });

    expect(jobs.audit).toMatchObject({ status: code === 0 ? "success" : "failure", outputs: { code: `${code}` } });
    expect(await readdir(join(root.path, "artifacts"))).toEqual(FILES_AFTER_AN_AUDIT);
    const json = JSON.parse(await readFile(join(root.path, "artifacts", "curfew.json"), "utf8"));
    const sarif = JSON.parse(await readFile(join(root.path, "artifacts", "curfew.sarif"), "utf8"));
    expect(json.tenants[0].tenant).toBe("acme-prod");
    expect(validateSarif(sarif)).toEqual([]);
    expect(sarif.runs[0].invocations[0].executionSuccessful).toBe(code < 2);
    // Whoever uploads what an incomplete audit did not find makes GitHub close it as fixed.
    expect(jobs.alerts?.status).toBe(code < 2 ? "success" : "skipped");
    expect(uploaded === undefined).toBe(code >= 2);
  });

  it("uploads open findings and leaves out accepted ones", async () => {
    const exception = [
      "exceptions:",
      "  - check: expiry.session.idle",
      "    resource: acme.eu.auth0.com",
      "    reason: Kiosk",
      "    owner: dana@acme.example",
      `    expires: ${new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10)}`,
    ].join("\n");
    const settings = { session_lifetime: 1_000, idle_session_lifetime: 500 };
    await using tenant = await inSituation({ settings }, `${exception}\n`);
    await using root = await temporaryFolder();

    const { uploaded } = await runWorkflow(workflow, { root: root.path, config: tenant.config, secrets: SECRETS });

    const kept = JSON.parse(await readFile(join(root.path, "artifacts", "curfew.sarif"), "utf8"));
    expect(resultsIn(kept).map(({ ruleId }) => ruleId)).toEqual(["expiry.session.absolute", "expiry.session.idle"]);
    expect(resultsIn(uploaded).map(({ ruleId }) => ruleId)).toEqual(["expiry.session.absolute"]);
    expect(validateSarif(uploaded)).toEqual([]);
  });

  it("sends nothing to Auth0 and uploads nothing when the configuration is wrong", async () => {
    await using tenant = await inSituation({}, "policies: {}\n");
    await using root = await temporaryFolder();

    const { jobs, uploaded } = await runWorkflow(workflow, {
      root: root.path,
      config: tenant.config,
      secrets: SECRETS,
    });

    expect(jobs).toMatchObject({ audit: { status: "failure", outputs: { code: "" } }, alerts: { status: "skipped" } });
    expect(jobs.audit?.output).toContain("policies: unknown key");
    expect(tenant.tenant.requests).toEqual([]);
    expect(uploaded).toBeUndefined();
    expect(await readdir(join(root.path, "artifacts"))).toEqual([]);
  });

  it("gives secrets to the audit only, and no job more rights than it needs", () => {
    const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

    expect(workflow.permissions).toEqual({});
    expect(workflow.jobs.audit?.permissions).toEqual({ contents: "read" });
    expect(workflow.jobs.alerts?.permissions).toEqual({
      "security-events": "write",
      actions: "read",
      contents: "read",
    });
    for (const step of steps) {
      expect(JSON.stringify(step).includes("secrets.")).toBe(step.run?.includes("npx curfew audit") ?? false);
      expect(step.run ?? "").not.toContain("${{");
      if (step.uses !== undefined) expect(step.uses).toMatch(/^(actions|github)\/[\w/-]+@v\d+$/);
    }
    expect(JSON.stringify(workflow.jobs.alerts)).not.toMatch(/secrets\.|npm|npx/);
  });
});
