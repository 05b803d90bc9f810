import { constants, createReadStream, openSync } from "node:fs";
import { stat } from "node:fs/promises";
import { Socket } from "node:net";
import { createInterface, type Interface } from "node:readline";
import { addAbortSignal, type Readable, Writable } from "node:stream";
import { CurfewError } from "../lib/model/curfew-error.ts";
import { Secret } from "../lib/model/secret.ts";

/** Where a person types, and where they are asked. Answers never go to standard output, which is for results. */
export interface PersonStreams {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream & { isTTY?: boolean };
}

/** Somebody at a terminal who can be asked. */
export interface Person {
  /** True for "y" and "yes" in any case; anything else is no. */
  agrees(question: string): Promise<boolean>;
  /** Nothing of what is typed is shown. One line. */
  tellsSecret(question: string): Promise<Secret>;
}

const processStreams = (): PersonStreams => ({ input: process.stdin, output: process.stderr });

/**
 * The person at this terminal; undefined where there is none, as in a pipe or a scheduled job.
 *
 * @param signal ends the waiting for an answer
 */
export function personHere(signal: AbortSignal, streams: PersonStreams = processStreams()): Person | undefined {
  if (streams.input.isTTY !== true || streams.output.isTTY !== true) return undefined;
  return {
    agrees: async (question) => /^y(es)?$/i.test((await ask(`${question} [y/N] `, streams, signal)).trim()),
    tellsSecret: async (question) => {
      const typed = new Secret(await ask(`${question} `, streams, signal, hidden));
      streams.output.write("\n");
      return typed;
    },
  };
}

/**
 * Reads one line; the end of the input (Ctrl-D) is an empty answer, whatever was typed before it without Enter.
 *
 * @param read how, without what is typed being shown where that is wanted
 */
async function ask(
  question: string,
  { input, output }: PersonStreams,
  signal: AbortSignal,
  read: (input: NodeJS.ReadableStream) => Interface = shown,
): Promise<string> {
  signal.throwIfAborted();
  output.write(question);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const interrupted = (): void => reject(signal.reason);
  const ended = (): void => {
    output.write("\n"); // nobody pressed Enter
    resolve("");
  };
  input.once("end", ended); // before the reader, which takes what was typed until then for a line
  signal.addEventListener("abort", interrupted);
  const lines = read(input)
    .once("line", resolve)
    .once("close", () => resolve(""));
  try {
    return await promise;
  } catch (error) {
    output.write("\n");
    throw error;
  } finally {
    input.off("end", ended);
    signal.removeEventListener("abort", interrupted);
    lines.close();
  }
}

/** The terminal edits and shows it. In raw mode a Ctrl-C between the answer and the end of that mode would be lost. */
const shown = (input: NodeJS.ReadableStream): Interface => createInterface({ input, terminal: false });

/** Raw mode shows nothing, and hands Ctrl-C to the reader instead of sending SIGINT: it is passed on. */
function hidden(input: NodeJS.ReadableStream): Interface {
  const lines = createInterface({ input, output: nowhere(), terminal: true, historySize: 0 });
  return lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
}

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** A secret of Secrets Manager holds at most 64 KiB. Source: AWS API reference, CreateSecret. */
const MOST_BYTES = 65_536;

/**
 * Reads a secret from what is piped into this process, to its end. A line break at the end is not part of it.
 *
 * @throws CurfewError `arguments-invalid` when there is nothing, or more than a secret can hold
 */
export async function pipedSecret(input: AsyncIterable<string | Uint8Array> = process.stdin): Promise<Secret> {
  const secret = await secretIn(input, "Standard input");
  if (secret) return secret;
  throw new CurfewError(
    "arguments-invalid",
    "Standard input is empty; pipe the secret's present value into this command, or start it at a terminal.",
  );
}

/**
 * Reads a secret from a file, to its end; `-` is standard input.
 *
 * @param signal ends the waiting for whoever writes into a pipe
 * @throws CurfewError `arguments-invalid`; what the signal ends with
 */
export async function secretFile(file: string, option: string, signal: AbortSignal): Promise<Secret> {
  if (file === "-" && process.stdin.isTTY === true) {
    throw new CurfewError("arguments-invalid", `${option} - reads what is piped in; this is a terminal.`);
  }
  const name = file === "-" ? "Standard input" : `The file ${JSON.stringify(file)}`;
  try {
    const input = file === "-" ? process.stdin : await opened(file);
    const secret = await secretIn(addAbortSignal(signal, input), name);
    if (secret) return secret;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CurfewError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    throw new CurfewError("arguments-invalid", `${name} of ${option} cannot be read (${code}).`);
  }
  throw new CurfewError("arguments-invalid", `${name} of ${option} is empty.`);
}

/** To open a pipe waits, in a way that no signal ends, until somebody writes to it. Opened at once, reading it waits. */
async function opened(file: string): Promise<Readable> {
  if (!(await stat(file)).isFIFO()) return createReadStream(file);
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

/** Undefined where there is nothing. */
async function secretIn(input: AsyncIterable<string | Uint8Array>, name: string): Promise<Secret | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > MOST_BYTES) {
      throw new CurfewError("arguments-invalid", `${name} holds more than a secret can (64 KiB).`);
    }
  }
  const text = Buffer.concat(chunks).toString("utf8").trim();
  return text === "" ? undefined : new Secret(text);
}
