import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openLambda } from "../../../lib/sandbox/cloud/lambda/open-lambda.ts";
import { type JumpingClock, jumpingClock } from "../../../lib/sandbox/jumping-clock.ts";
import { temporaryFolder } from "../../support/command-line.ts";

const HOUR = 3_600_000;

/** Gives up after `patience` if there is no answer by then; says how it ended, and how long that took by the clock. */
const IMPATIENT = `import http from "node:http";
  const byHttp = (url) => new Promise((resolve) => http.get(url, (answer) => answer.resume().on("end", resolve)));
  const algorithm = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  const newKey = () => crypto.subtle.generateKey(algorithm, true, ["sign"]);
  const ways = { newKey, fetch: async (url) => void (await (await fetch(url)).text()), http: byHttp };
  export const handler = async ({ patience, way, url }, context) => {
    const clock = context[Symbol.for("curfew.clock")];
    const began = clock.now();
    const over = new AbortController();
    const late = clock.sleep(patience, over.signal).then(() => "late", () => "ended");
    const asked = way ? ways[way](url).then(() => "answered") : new Promise(() => {});
    const how = await Promise.race([asked, late]);
    over.abort();
    return { how, took: clock.now() - began };
  };`;

/** A function that is impatient, and a server that takes its time. */
async function impatient(clock: JumpingClock) {
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  await writeFile(join(folder.path, "index.mjs"), IMPATIENT);
  const server = createServer(async (_request, response) => {
    await delay(60); // of the machine's time: twenty times what the clock takes for everybody's waiting
    response.end("here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  started.defer(() => void server.close());
  const lambda = started.use(openLambda({ name: "fn", folder: folder.path, env: {}, time: clock, timeout: 3 * HOUR }));
  const alive = started.move();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { lambda, url, [Symbol.asyncDispose]: () => alive.disposeAsync() };
}

describe("a clock that jumps when everybody waits", () => {
  it("wakes one after the other in their order, and stands as soon as somebody finds what they wait for", async () => {
    const clock = jumpingClock();
    const began = clock.now();
    const woken: number[] = [];
    for (const hours of [3, 1, 2]) void clock.sleep(hours * HOUR).then(() => void woken.push(hours));
    await clock.until(() => woken.includes(2) || undefined);

    expect(woken).toEqual([1, 2]);
    expect(Math.floor((clock.now() - began) / HOUR)).toBe(2);
  });

  it("does not jump while somebody is at work", async () => {
    const clock = jumpingClock();
    const end = clock.begin();
    let isDone = false;
    void delay(30).then(() => {
      isDone = true;
      end();
    });
    let isAwake = false;
    void clock.sleep(HOUR).then(() => {
      isAwake = true;
    });
    await clock.until(() => isDone || undefined);

    expect(isAwake).toBe(false);
  });

  it("lets a function in a Worker wait for hours in no time", async () => {
    const clock = jumpingClock();
    await using world = await impatient(clock);

    const { how, took } = (await clock.run(world.lambda.invoke({ patience: 2 * HOUR }))) as {
      how: string;
      took: number;
    };
    expect([how, Math.floor(took / HOUR)]).toEqual(["late", 2]);
    const late = clock.run(world.lambda.invoke({ patience: 4 * HOUR }));
    await expect(late).rejects.toMatchObject({ name: "Sandbox.Timedout" });
  });

  it.each(["fetch", "http", "newKey"])("does not jump over what a Worker waits for by %s", async (way) => {
    const clock = jumpingClock();
    await using world = await impatient(clock);
    const answer = await clock.run(world.lambda.invoke({ patience: HOUR, way, url: world.url }));

    expect(answer).toMatchObject({ how: "answered" });
  });
});
