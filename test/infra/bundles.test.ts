import { execFile } from "node:child_process";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { sharedBundles } from "../support/shared-bundles.ts";

/** What no function may carry: simulators, infrastructure, the laptop's store, and what reads YAML. */
const FORBIDDEN =
  /lib\/(?:sandbox|infra|local)\/|\/bin\/|node_modules\/(?:yaml|aws-cdk-lib|constructs|croner|commander|dynalite|fauxqs)\//;
/** Bytes, with the AWS SDK. */
const MOST_BYTES = 830_000;

/** Whoever asks first waits ten seconds, and much longer where other things run as well. */
const BUNDLING_TIMEOUT = 180_000;

/** A function as it is deployed. */
interface Bundle {
  /** The file in `lambdas/` that it was made from. */
  entry: string;
  file: string;
  bytes: number;
  map: { sources: string[]; sourcesContent?: unknown };
}

let bundles: Bundle[];
beforeAll(async () => {
  const folder = await sharedBundles();
  bundles = globSync("asset.*/index.mjs", { cwd: folder }).map((name) => {
    const file = join(folder, name);
    const map: Bundle["map"] = JSON.parse(readFileSync(`${file}.map`, "utf8"));
    const entry = map.sources.map((source) => /\/lambdas\/([a-z-]+)\.ts$/.exec(source)?.[1]).find(Boolean);
    return { entry: entry ?? "none", file, bytes: statSync(file).size, map };
  });
}, BUNDLING_TIMEOUT);

it("are one for each function", () => {
  expect(bundles.map(({ entry }) => entry).toSorted()).toEqual([
    "audit-tenant",
    "finish-audit",
    "incident-desk",
    "investigate",
    "plan-audit",
    "post-to-slack",
    "probe-secrets",
    "respond",
    "rotate-due",
    "rotate-leaked",
    "rotate-secret",
  ]);
});

it("stay below 830 KB, the AWS SDK included", () => {
  for (const { entry, bytes } of bundles) expect(bytes, entry).toBeLessThan(MOST_BYTES);
  console.info(`bundles: ${bundles.map(({ entry, bytes }) => `${entry} ${Math.round(bytes / 1000)} KB`).join(", ")}`);
});

it("carry nothing of the laptop, of infrastructure, or of YAML", () => {
  for (const { entry, map } of bundles) {
    expect(map.sources.length, entry).toBeGreaterThan(10);
    expect(
      map.sources.filter((source) => FORBIDDEN.test(source)),
      entry,
    ).toEqual([]);
  }
});

it("come with source maps that hold no sources", () => {
  for (const { entry, map } of bundles) expect(map.sourcesContent, entry).toBeUndefined();
});

it("load where nothing else is installed, and export a handler", async () => {
  for (const { entry, file } of bundles) {
    const script = `const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(typeof handler);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { env: {} });
    expect(stdout.trim(), entry).toBe("function");
  }
});
