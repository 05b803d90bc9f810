import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evidenceFolder } from "../../lib/local/evidence-folder.ts";
import { temporaryFolder } from "../support/command-line.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("evidence in a folder", () => {
  it("is written once, for its owner only, and read as it was", async () => {
    await using folder = await temporaryFolder();
    const store = evidenceFolder(join(folder.path, "kept"));

    const first = await store.create("incidents/a/incident.json", bytes("{}"), "application/json");
    const second = await store.create("incidents/a/incident.json", bytes("other"), "application/json");

    expect(first).toMatchObject({ version: null, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(second).toBeUndefined();
    expect(Buffer.from((await store.read("incidents/a/incident.json")) ?? []).toString()).toBe("{}");
    const file = join(folder.path, "kept", "incidents", "a", "incident.json");
    expect(await readFile(file, "utf8")).toBe("{}");
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  it("takes the same once more, and another document under its name never", async () => {
    await using folder = await temporaryFolder();
    const store = evidenceFolder(folder.path);
    await store.write("report.html", bytes("a"), "text/html");

    await expect(store.write("report.html", bytes("a"), "text/html")).resolves.toMatchObject({ name: "report.html" });
    await expect(store.write("report.html", bytes("b"), "text/html")).rejects.toMatchObject({ code: "store-failed" });
    expect(await store.read("nothing")).toBeUndefined();
  });

  it("never leaves its folder", async () => {
    await using folder = await temporaryFolder();

    await expect(evidenceFolder(folder.path).read("../other")).rejects.toThrow(TypeError);
  });
});
