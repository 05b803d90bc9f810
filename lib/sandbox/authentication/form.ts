import type { SandboxRequest } from "../http/message.ts";
import { isObject } from "../management/projection.ts";

/** The parameters of a request to the Authentication API, sent as a form or as JSON. */
export type Parameters = ReadonlyMap<string, string>;

/** Reads the body in the way its content type says; a body that cannot be read has no parameters. */
export function readParameters(request: SandboxRequest): Parameters {
  if (!/json/i.test(request.headers.get("content-type") ?? "")) return new Map(new URLSearchParams(request.body));
  try {
    const parsed: unknown = JSON.parse(request.body);
    const entries = isObject(parsed) ? Object.entries(parsed) : [];
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
  } catch {
    return new Map();
  }
}

/** Client id and secret of HTTP Basic authentication. */
export function readBasic(request: SandboxRequest): { clientId: string; secret: string } | undefined {
  const encoded = /^Basic (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [clientId = "", secret = ""] = Buffer.from(encoded, "base64").toString().split(/:(.*)/s);
  try {
    return { clientId: decodeURIComponent(clientId), secret: decodeURIComponent(secret) };
  } catch {
    return { clientId, secret };
  }
}
