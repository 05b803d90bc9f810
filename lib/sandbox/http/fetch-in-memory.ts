import type { Outcome, SandboxRequest } from "./message.ts";
import { SOURCE_ADDRESS_HEADER } from "./serve.ts";

/** Statuses whose answers have no body. */
const WITHOUT_BODY = [204, 205, 304];
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * A `fetch` that calls `handle` directly. It behaves as the real one where callers can tell: a host that is not
 * the tenant's and a dropped connection reject with a TypeError, an aborted signal with its reason, and a
 * redirect is returned, refused or followed as the caller wishes.
 *
 * @param reaches whether a URL leads to this tenant
 * @param sourceAddress where requests seem to come from unless a header says otherwise
 */
export function fetchInMemory(
  handle: (request: SandboxRequest) => Promise<Outcome>,
  reaches: (url: URL) => boolean,
  sourceAddress: string,
): typeof fetch {
  const perform: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (!reaches(url)) throw networkError("ENOTFOUND", `no such host in this sandbox: ${url.hostname}`);
    const body = await request.text();
    const { signal, headers, method, redirect } = request;
    signal.throwIfAborted();
    const from = headers.get(SOURCE_ADDRESS_HEADER) ?? sourceAddress;
    const outcome = await untilAborted(
      handle({ method, path: url.pathname, query: url.searchParams, headers, body, sourceAddress: from, signal }),
      signal,
    );
    if (outcome.kind === "dropped") throw networkError("ECONNRESET", "the connection was dropped");
    if (outcome.kind === "hung") return untilAborted(new Promise<never>(() => undefined), signal);
    const { response } = outcome;
    if (REDIRECTS.includes(response.status) && redirect !== "manual") {
      if (redirect === "error") throw networkError("UND_ERR_REDIRECT", "unexpected redirect");
      return perform(new URL(response.headers.location ?? "", url), { signal, headers });
    }
    return new Response(WITHOUT_BODY.includes(response.status) ? null : response.body, response);
  };
  return perform;
}

/** The error of `fetch` when there is no answer at all. */
function networkError(code: string, message: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}

/** Gives up on `promise` when the signal is aborted, as `fetch` does. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
