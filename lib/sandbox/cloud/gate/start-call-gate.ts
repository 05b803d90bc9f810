import { createServer, type IncomingMessage, type Server, type ServerResponse, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that came through the gate. */
export interface GateCall {
  /** The name that its target has. */
  target: string;
  /** `GetSecretValue`, or method and path where no header names an operation. */
  operation: string;
  /** Bytes of what was asked, and of what was answered, which is 0 as long as nothing was. Without headers. */
  sent: number;
  received: number;
}

/** When to strike: at which call, counted from 1, and before it is forwarded or before its answer is. */
export interface Strike {
  at: number;
  /** Which calls are counted for that; every one when left out. */
  only?: (call: GateCall) => boolean;
  moment: "before" | "after";
  /** What is done then; the caller's connection breaks in any case. */
  run: () => void;
}

/** Stands in front of services and can strike at any call. */
export interface CallGate extends AsyncDisposable {
  /** The address to use in place of a target's own. */
  origin(target: string): string;
  /** Calls of every target since the last reset, in the order in which they arrived. */
  readonly calls: readonly GateCall[];
  /** Forgets the calls and sets the next strike; none when left out. */
  reset(strike?: Strike): void;
  close(): Promise<void>;
}

/**
 * Starts a forwarding server on a loopback port for each target, all with one count. To kill a Lambda at each of its
 * external calls: run it once and count, then run it again with a strike at each call, before and after.
 *
 * @param targets their addresses, for instance `http://127.0.0.1:4566`
 */
export async function startCallGate(targets: Readonly<Record<string, string>>): Promise<CallGate> {
  const calls: GateCall[] = [];
  let strike: Strike | undefined;
  let counted = 0;
  /** Counts a call and says what befalls it. */
  const count = (call: GateCall) => {
    calls.push(call);
    if (strike?.only?.(call) === false) return undefined;
    counted += 1;
    return strike?.at === counted ? strike : undefined;
  };
  const servers = new Map<string, Server>();
  for (const [target, origin] of Object.entries(targets)) {
    const server = createServer((incoming, outgoing) => {
      pass(target, origin, incoming, outgoing, count).catch(() => outgoing.destroy());
    });
    await listen(server);
    servers.set(target, server);
  }
  const close = async () => {
    await Promise.all([...servers.values()].map(stop));
  };
  return {
    calls,
    origin: (target) => {
      const address = servers.get(target)?.address() as AddressInfo | undefined;
      if (!address) throw new TypeError(`There is no target ${target} behind this gate.`);
      return `http://127.0.0.1:${address.port}`;
    },
    reset: (next) => {
      calls.length = 0;
      counted = 0;
      strike = next;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function pass(
  target: string,
  origin: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  count: (call: GateCall) => Strike | undefined,
): Promise<void> {
  const body = await readAll(incoming);
  const call = { target, operation: operationOf(incoming), sent: body.length, received: 0 };
  const strike = count(call);
  if (strike?.moment === "before") {
    strike.run();
    return void outgoing.destroy();
  }
  const answer = await forward(origin, incoming, body);
  const content = await readAll(answer);
  call.received = content.length;
  if (strike) {
    strike.run();
    return void outgoing.destroy();
  }
  outgoing.writeHead(answer.statusCode ?? 502, headersOf(answer)).end(content);
}

function operationOf({ headers, method = "", url = "" }: IncomingMessage): string {
  const named = headers["x-amz-target"];
  return typeof named === "string" ? (named.split(".").at(-1) ?? named) : `${method} ${url.split("?")[0]}`;
}

/** The body is whole when it is sent on, so its length replaces any transfer coding. */
function headersOf({ headers }: IncomingMessage) {
  const { "transfer-encoding": _coding, connection: _connection, "keep-alive": _keepAlive, ...rest } = headers;
  return rest;
}

function forward(origin: string, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { ...headersOf(incoming), "content-length": body.length };
  const outgoing = send(`${origin}${incoming.url}`, { method: incoming.method, headers, agent: false }, resolve);
  outgoing.on("error", reject).end(body);
  return promise;
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function listen(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  return promise;
}

function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  return promise;
}
