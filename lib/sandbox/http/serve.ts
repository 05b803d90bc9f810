import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { Outcome, SandboxRequest } from "./message.ts";

/** A server on the loopback address. */
export interface LoopbackServer {
  /** `http://127.0.0.1:<port>` */
  origin: string;
  /** Stops at once, open and hanging connections included. */
  close(): Promise<void>;
}

/** The header with which a test says where a request should seem to come from. */
export const SOURCE_ADDRESS_HEADER = "x-sandbox-source-address";

/** Largest request body that is read. Bytes. */
const LARGEST_BODY = 1_048_576;

/**
 * Serves `handle` over HTTP on 127.0.0.1.
 *
 * @param port 0 for any free one
 */
export async function serve(handle: (request: SandboxRequest) => Promise<Outcome>, port = 0): Promise<LoopbackServer> {
  const server = createServer((incoming, outgoing) => {
    answer(handle, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${bound}`, close: () => close(server) };
}

async function answer(
  handle: (request: SandboxRequest) => Promise<Outcome>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  if (!isLocal(incoming)) return refuse(outgoing, 421, "This server answers to loopback names only.");
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  const body = await readBody(incoming);
  if (body === undefined) return refuse(outgoing, 413, "The body is too large.");
  const outcome = await handle(toRequest(incoming, body, gone.signal));
  if (outcome.kind === "hung") return;
  if (outcome.kind === "dropped") {
    incoming.socket.destroy();
    return;
  }
  send(outgoing, outcome.response);
}

function toRequest(incoming: IncomingMessage, body: string, signal: AbortSignal): SandboxRequest {
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const item of [value ?? []].flat()) headers.append(name, item);
  }
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers,
    body,
    sourceAddress: headers.get(SOURCE_ADDRESS_HEADER) ?? plainAddress(incoming.socket.remoteAddress),
    signal,
  };
}

/** `::ffff:127.0.0.1` is `127.0.0.1`. */
function plainAddress(address = "127.0.0.1"): string {
  return address.replace(/^::ffff:/, "");
}

/**
 * Loopback names only, of the server and of the page that asks: a web page in this machine's browser gets
 * nothing, whether it points its own name here (DNS rebinding) or asks across origins.
 */
function isLocal({ headers }: IncomingMessage): boolean {
  const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
  const { host = "", origin } = headers;
  return loopback.test(host) && (origin === undefined || loopback.test(origin.replace(/^https?:\/\//, "")));
}

async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function refuse(outgoing: ServerResponse, status: number, message: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(message);
}

function send(outgoing: ServerResponse, response: Extract<Outcome, { kind: "answered" }>["response"]): void {
  outgoing.writeHead(response.status, response.headers);
  if (typeof response.body === "string") outgoing.end(response.body);
  else Readable.fromWeb(response.body as ReadableStream).pipe(outgoing);
}

function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", () => resolve());
  return promise;
}

function close(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  return promise;
}
