import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { type Person, personHere, pipedSecret, secretFile } from "../../bin/person.ts";
import { temporaryFolder } from "../support/command-line.ts";

const SECRET = "typed-canary-7f3kQ9xW2mB5vT8z";

/** A person at a terminal who types; gives what they see. */
function atTerminal(isTTY = true) {
  const modes: boolean[] = [];
  const setRawMode = (isRaw: boolean) => modes.push(isRaw);
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  const abort = new AbortController();
  const person = personHere(abort.signal, { input, output });
  return { person: person as Person, input, abort, modes, seen: () => String(output.read() ?? "") };
}

describe("asking a person", () => {
  it.each([
    { typed: "y\n", agrees: true },
    { typed: "YES\n", agrees: true },
    { typed: "n\n", agrees: false },
    { typed: "\n", agrees: false },
    { typed: "yess\n", agrees: false },
  ])("takes nothing but y and yes for consent: $typed", async ({ typed, agrees }) => {
    const { person, input, seen, modes } = atTerminal();
    const answer = person.agrees("Rotate it?");
    input.write(typed);

    expect(await answer).toBe(agrees);
    expect(modes).toEqual([]); // no Ctrl-C after the answer is lost in raw mode
    expect(seen()).toContain("Rotate it? [y/N] ");
  });

  it.each(["", "y"])("takes the end of the input for no, also after %j without Enter", async (typed) => {
    const { person, input, seen } = atTerminal();
    const answer = person.agrees("Rotate it?");
    input.end(typed);

    expect(await answer).toBe(false);
    expect(seen()).toBe("Rotate it? [y/N] \n"); // what is said next begins a line
  });

  it("takes a yes that the input ends right after", async () => {
    const { person, input } = atTerminal();
    const answer = person.agrees("Rotate it?");
    input.end("y\n");

    expect(await answer).toBe(true);
  });

  it("shows nothing of a secret that is typed", async () => {
    const { person, input, seen, modes } = atTerminal();
    const answer = person.tellsSecret("The secret:");
    for (const key of SECRET) input.write(key);
    input.write("\n");

    expect((await answer).reveal()).toBe(SECRET);
    expect(seen()).toBe("The secret: \n");
    expect(modes).toEqual([true, false]);
  });

  it("ends with the reason of the signal", async () => {
    const { person, abort } = atTerminal();
    const answer = person.agrees("Rotate it?");
    abort.abort(new Error("interrupted"));

    await expect(answer).rejects.toThrow("interrupted");
  });

  it("is not possible in a pipe", () => {
    expect(atTerminal(false).person).toBeUndefined();
  });
});

describe("a secret that is piped in", () => {
  it("is taken whole, without the line break at its end, also where a character is cut in two", async () => {
    const bytes = Buffer.from(`{"clientSecret":"ü${SECRET}"}\n`);

    const secret = await pipedSecret(Readable.from([bytes.subarray(0, 18), bytes.subarray(18)]));

    expect(secret.reveal()).toBe(bytes.toString().trim());
  });

  it.each([
    { title: "nothing", chunks: ["\n"], says: "is empty" },
    { title: "more than a secret can hold", chunks: ["x".repeat(65_537)], says: "64 KiB" },
  ])("is refused when it is $title", async ({ chunks, says }) => {
    await expect(pipedSecret(Readable.from(chunks))).rejects.toThrow(says);
  });
});

describe("a secret in a named pipe that nobody writes to", () => {
  const read = (pipe: string, signal = new AbortController().signal) => secretFile(pipe, "--token-file", signal);
  const aPipe = async () => {
    const folder = await temporaryFolder();
    const pipe = join(folder.path, "pipe");
    execFileSync("sh", ["-c", 'mkfifo "$1"', "sh", pipe]); // Node.js has no call for it
    return { pipe, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  };

  it("ends with the reason of the signal", async () => {
    await using at = await aPipe();
    const abort = new AbortController();
    const reading = read(at.pipe, abort.signal);
    abort.abort(new Error("interrupted"));

    await expect(reading).rejects.toThrow("interrupted");
  });
});
