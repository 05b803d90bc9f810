import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readDeployedConfig } from "../../lib/aws/deployed-config.ts";
import { s3EvidenceStore } from "../../lib/aws/s3-evidence-store.ts";
import { evidencePrefix } from "../../lib/runs/evidence-prefix.ts";
import { type Cloud, startCloud } from "../../lib/sandbox/cloud/start-cloud.ts";

let cloud: Cloud;

beforeAll(async () => {
  cloud = await startCloud({ buckets: ["evidence", "assets"] });
  for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.close();
});

const bytes = (text: string) => new TextEncoder().encode(text);
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** What is there, as text. */
async function read(name: string): Promise<string | undefined> {
  const stored = await s3EvidenceStore("evidence").read(name);
  return stored && new TextDecoder().decode(stored);
}

describe("evidence in a bucket", () => {
  test("that must not be there yet is written once, and never over another", async () => {
    const store = s3EvidenceStore("evidence");

    const first = await store.create("runs/1/results.json.gz", bytes("first"), "application/gzip");
    const second = await store.create("runs/1/results.json.gz", bytes("second"), "application/gzip");

    expect(first).toMatchObject({ name: "runs/1/results.json.gz", sha256: sha256("first") });
    expect(second).toBeUndefined();
    expect(await read("runs/1/results.json.gz")).toBe("first");
  });

  test("of several attempts at once has one that wins", async () => {
    const store = s3EvidenceStore("evidence");
    const texts = ["a", "b", "c", "d"];

    const written = await Promise.all(texts.map((text) => store.create("runs/2/results", bytes(text), "text/plain")));

    const winners = written.flatMap((document) => document?.sha256 ?? []);
    expect(winners).toHaveLength(1);
    expect(winners).toEqual([sha256((await read("runs/2/results")) ?? "")]);
  });

  test("of runs with whatever names Step Functions takes is kept apart, and found again", async () => {
    const store = s3EvidenceStore("evidence");
    const ids = ["..", ".", "...", "a.b", "a..b", "(really)=this@once!'+", "Überprüfung", "監査", "x".repeat(80)];
    const names = ids.map((id) => `${evidencePrefix({ id, startedAt: "2026-11-25T06:00:00.000Z" }, "acme")}report`);
    await Promise.all(names.map((name, index) => store.write(name, bytes(ids[index] ?? ""), "text/plain")));

    expect(await Promise.all(names.map(read))).toEqual(ids);
    for (const name of names) expect(name.split("/").filter((part) => /^\.*$/.test(part))).toEqual([]);
  });

  test("that may be written again is", async () => {
    const store = s3EvidenceStore("evidence");
    await store.write("runs/1/report.html", bytes("first"), "text/html");

    const second = await store.write("runs/1/report.html", bytes("second"), "text/html");

    expect(second.sha256).toBe(sha256("second"));
    expect(await read("runs/1/report.html")).toBe("second");
  });

  test("that is not there is undefined, and a bucket that is not there is one clear sentence", async () => {
    const nowhere = s3EvidenceStore("nowhere");
    const failure = {
      code: "store-failed",
      message: expect.stringContaining("The bucket nowhere does not exist in this account and region"),
    };

    expect(await read("runs/1/inventory.json.gz")).toBeUndefined();
    await expect(nowhere.read("runs/1/results.json.gz")).rejects.toMatchObject(failure);
    await expect(nowhere.write("report.html", bytes(""), "text/html")).rejects.toMatchObject(failure);
    await expect(nowhere.create("results", bytes("{}"), "text/plain")).rejects.toMatchObject(failure);
  });
});

describe("the deployed configuration", () => {
  test("is read from the asset as it was written", async () => {
    const config = { version: 1, tenants: [{ name: "acme-prod" }], auditIntervalHours: 24 };
    await s3EvidenceStore("assets").write("abc.json", bytes(JSON.stringify(config)), "application/json");

    expect(await readDeployedConfig("assets", "abc.json")).toEqual(config);
  });

  test("that is empty asks to be deployed again", async () => {
    await s3EvidenceStore("assets").write("empty.json", bytes(""), "application/json");

    await expect(readDeployedConfig("assets", "empty.json")).rejects.toMatchObject({ code: "configuration-invalid" });
  });

  test("that is not there is one clear sentence", async () => {
    await expect(readDeployedConfig("assets", "none.json")).rejects.toMatchObject({ code: "store-failed" });
  });
});
