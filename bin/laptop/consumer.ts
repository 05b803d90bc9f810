import { setImmediate } from "node:timers/promises";
import { consumeSecret, secretsManager, tokenFor } from "../../examples/consume-secret.ts";
import { secretsManagerClient } from "../../lib/aws/secrets-manager-client.ts";
import type { RotatedApplication } from "../../lib/sandbox/story/rotated-application.ts";
import type { Laptop } from "./start-laptop.ts";

/** An application that goes on obtaining tokens, whatever becomes of its credential. */
export interface Consumer {
  readonly application: RotatedApplication;
  /** Tokens that it obtained so far, and requests that failed. */
  readonly count: { tokens: number; failures: number };
  /** Ends it when its last request is answered. */
  stop(): Promise<void>;
}

/** Milliseconds of the sandbox's clock between two requests. */
const PACE = 1_000;

/** Starts an application that follows docs/consuming-secrets.md, with the example that stands there. */
export async function startConsumer(application: RotatedApplication, laptop: Laptop): Promise<Consumer> {
  const { clock, world } = laptop;
  const { tenant, domain, clientId, audience, secret } = application;
  const client = await secretsManagerClient();
  const withSecret = consumeSecret({ read: secretsManager(client, secret.name), clock });
  const { origin } = world.sandbox.tenant(tenant);
  const token = tokenFor({ domain, clientId, audience, origin, now: clock.now });
  const count = { tokens: 0, failures: 0 };
  const stopped = new AbortController();

  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await withSecret(token).then(
        () => count.tokens++,
        () => count.failures++,
      );
      await setImmediate(); // others come first
      await clock.sleep(PACE, stopped.signal).catch(() => undefined);
    }
  };

  const running = run();
  return {
    application,
    count,
    stop: async () => {
      stopped.abort();
      await running;
      client.destroy();
    },
  };
}
