import type { Fauxqs } from "./fauxqs-calls.ts";

/**
 * Adds to the emulator that an object is written only if there is none (`If-None-Match: *`), which it ignores.
 * Of two such writes at the same time the second is refused with 409, as S3 does. Must be called before it listens.
 */
export function watchS3(fauxqs: Fauxqs): void {
  const underWay = new Map<string, object>();

  fauxqs.addHook("preHandler", async (request, reply) => {
    if (request.method !== "PUT" || request.headers["if-none-match"] !== "*") return undefined;
    const path = request.url.split("?")[0] ?? "";
    const refuse = (status: number, code: string) =>
      reply.status(status).header("content-type", "application/xml").send(errorXml(code));
    if (underWay.has(path)) return refuse(409, "ConditionalRequestConflict");
    underWay.set(path, request);
    const { statusCode } = await fauxqs.inject({ method: "HEAD", url: path });
    return statusCode === 200 ? refuse(412, "PreconditionFailed") : undefined;
  });

  // Before the answer is sent, and not after: a caller that was killed meanwhile never gets it.
  fauxqs.addHook("onSend", async (request, _reply, payload) => {
    for (const [path, owner] of underWay) if (owner === request) underWay.delete(path);
    return payload;
  });
}

function errorXml(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
}
