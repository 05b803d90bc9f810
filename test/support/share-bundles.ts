import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { FULL } from "../infra/configurations.ts";
import { runApp } from "../infra/run-app.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Who asks there is told the folder of the bundled functions. */
    bundles: string;
  }
}

/**
 * Bundles the functions once for all files of a run, when the first of them asks: nine seconds of processor time. The
 * files are in processes of their own, so they ask over loopback.
 */
export default async function shareBundles({ provide }: TestProject): Promise<() => Promise<void>> {
  let bundling: ReturnType<typeof runApp> | undefined;
  const server = createServer(async (_request, response) => {
    bundling ??= runApp(FULL, { bundled: true });
    const { code, stderr, out } = await bundling;
    response.writeHead(code === 0 ? 200 : 500).end(code === 0 ? out : stderr);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  provide("bundles", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.close();
    server.closeAllConnections();
    await (await bundling)?.[Symbol.asyncDispose]();
  };
}
