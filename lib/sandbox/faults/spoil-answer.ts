import type { SandboxRequest, SandboxResponse } from "../http/message.ts";
import { isObject } from "../management/projection.ts";
import type { FaultEffect } from "./fault.ts";

const MEGABYTE = 1_048_576;

/** The tenant's answer after an effect that spoils it; unchanged by effects of other kinds. */
export function spoil(response: SandboxResponse, effect: FaultEffect, request: SandboxRequest): SandboxResponse {
  switch (effect.kind) {
    case "malformed-json":
      return typeof response.body === "string" ? { ...response, body: cutInHalf(response.body) } : response;
    case "wrong-content-type":
      return { ...response, headers: { ...response.headers, "content-type": effect.contentType ?? "text/html" } };
    case "huge-body":
      return { ...response, body: hugeObject(effect.megabytes) };
    case "short-page":
      return rewrite(response, (page) => withoutLastItems(page, effect.missing));
    case "total":
      return rewrite(response, (page) => withTotal(page, effect.total, Number(request.query.get("page") ?? 0)));
    default:
      return response;
  }
}

/** Half of a JSON text is never valid; an empty body becomes an opening brace. */
function cutInHalf(body: string): string {
  return body.length < 2 ? "{" : body.slice(0, Math.ceil(body.length / 2));
}

/** `{"padding":"…"}`, made while it is sent, so that the sandbox itself needs no memory for it. */
function hugeObject(megabytes: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const padding = encoder.encode("x".repeat(MEGABYTE));
  let left = megabytes;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode('{"padding":"')),
    pull: (controller) => {
      if (left-- > 0) return controller.enqueue(padding);
      controller.enqueue(encoder.encode('"}'));
      controller.close();
    },
  });
}

function rewrite(response: SandboxResponse, change: (page: unknown) => unknown): SandboxResponse {
  if (typeof response.body !== "string" || response.body === "") return response;
  return { ...response, body: JSON.stringify(change(JSON.parse(response.body))) };
}

function withoutLastItems(page: unknown, missing: number): unknown {
  if (Array.isArray(page)) return page.slice(0, Math.max(0, page.length - missing));
  if (!isObject(page)) return page;
  const lists = Object.entries(page).filter(([, value]) => Array.isArray(value));
  return { ...page, ...Object.fromEntries(lists.map(([name, list]) => [name, withoutLastItems(list, missing)])) };
}

function withTotal(page: unknown, total: number | ((page: number) => number), number: number): unknown {
  if (!isObject(page) || !("total" in page)) return page;
  return { ...page, total: typeof total === "number" ? total : total(number) };
}
