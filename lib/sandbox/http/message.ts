/** A request as the simulator sees it, whether it came over HTTP or through `tenant.fetch`. */
export interface SandboxRequest {
  /** Upper case. */
  method: string;
  /** The path as sent, still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: string;
  /** The address the request seems to come from; network ACLs judge it. */
  sourceAddress: string;
  /** Aborted when the caller gives up; latency and hanging end with it. */
  signal: AbortSignal | null;
}

/** An answer before it is sent. `Content-Type` is JSON unless `headers` say otherwise. */
export interface SandboxResponse {
  status: number;
  headers: Record<string, string>;
  body: string | ReadableStream<Uint8Array>;
}

/** What becomes of a request: an answer, a connection that breaks, or silence. */
export type Outcome = { kind: "answered"; response: SandboxResponse } | { kind: "dropped" } | { kind: "hung" };

/** An answer with a JSON body. */
export function jsonResponse(status: number, body: unknown, headers: Record<string, string> = {}): SandboxResponse {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

/** An answer without a body, as `DELETE` gives it. */
export function emptyResponse(status: number, headers: Record<string, string> = {}): SandboxResponse {
  return { status, headers, body: "" };
}
