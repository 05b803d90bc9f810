import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import { curfew, temporaryFolder } from "../support/command-line.ts";

// Side by side: a demo waits for its own clock more than it computes.

test.concurrent("the demo rotates a secret and a key, proves the old ones dead, and no application notices", {
  timeout: 180_000,
}, async ({ expect }) => {
  await using folder = await temporaryFolder();

  const { code, stdout, stderr } = await curfew(["demo"], { cwd: folder.path, isFresh: true });

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toMatch(/\b1 (?:checks|messages|mails)\b/);
  expect(stdout).not.toMatch(/ [a-z]+…$/m); // no sentence is cut: a pipe has no width
  for (const [client, noun] of [
    ["nightly-export", "secret"],
    ["statement-printer", "key"],
  ]) {
    expect(stdout).toMatch(new RegExp(`${client}: the new ${noun} is current`));
    expect(stdout).toMatch(new RegExp(`${client}: the old ${noun} is dead: refused \\d+ times`));
  }
  const asked = [...stdout.matchAll(/(\d+) tokens, (\d+) failures/g)];
  expect(asked.map(([, , failures]) => failures)).toEqual(["0", "0", "0", "0"]);
  const tokens = asked.reduce((sum, [, count]) => sum + Number(count), 0);
  expect(tokens).toBeGreaterThan(40);
  console.info(`demo: 2 rotations, ${tokens} tokens of 2 applications meanwhile, 0 failures`);
});

test.concurrent("Ctrl-C ends the demo in the midst of a rotation", { timeout: 60_000 }, async ({ expect }) => {
  await using folder = await temporaryFolder();
  let kill: (signal: NodeJS.Signals) => void = () => undefined;
  let isInterrupted = false;

  const { code, stdout } = await curfew(["demo"], {
    cwd: folder.path,
    onStart: (end) => {
      kill = end;
    },
    onOutput: (stdout) => {
      if (!stdout.includes("is to get a new") || isInterrupted) return;
      isInterrupted = true;
      kill("SIGINT");
    },
  });

  expect({ code, isInterrupted }).toEqual({ code: 130, isInterrupted: true });
  expect(stdout).not.toContain("is dead");
});

test.concurrent("the demo of a leak stops a thief, proves it, gives back what is approved, and keeps the evidence", {
  timeout: 180_000,
}, async ({ expect }) => {
  await using folder = await temporaryFolder();

  const { code, stdout, stderr } = await curfew(["demo", "--incident"], { cwd: folder.path, isFresh: true });

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const inOrder = [
    /thief gets a token with the secret: 200/,
    /LOCKED at .*NOT CONTAINED yet/,
    /CONTAINED: deploy-bot gets no new token, and that is proven/,
    /What else the thief may have[^$]*It is a new application/,
    /thief asks for another token as what they planted: 403, refused/,
    /restore: done/,
    /The thief was refused \d+ times/,
    /is closed\. The evidence, .*\n.*incident\.json/,
  ].map((pattern) => stdout.search(pattern));
  expect(inOrder).not.toContain(-1);
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
  expect(stdout).toMatch(/thief asks for another token: 40[13], refused/);
  expect(stdout).toMatch(/was used after it was locked/);
  const files = [...stdout.matchAll(/(\S+incident\.(?:json|html))\s+SHA-256 (\w{64}), as the timeline has it/g)];
  expect(files).toHaveLength(2);
  for (const [, path = "", sha256] of files) {
    const body = await readFile(join(folder.path, path));
    expect(createHash("sha256").update(body).digest("hex")).toBe(sha256);
  }
});
