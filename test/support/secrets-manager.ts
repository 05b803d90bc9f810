import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import {
  type SecretsManager,
  type SecretsManagerOptions,
  startSecretsManager,
} from "../../lib/sandbox/cloud/secrets-manager/start-secrets-manager.ts";

/** The fake of Secrets Manager, and the real client that talks to it. */
export interface SecretsManagerWorld extends AsyncDisposable {
  readonly service: SecretsManager;
  /** For whatever loads its client at the first use. */
  readonly client: () => Promise<SecretsManagerClient>;
}

/** Starts the fake, and a client as patient as Curfew's own, but for time-outs. */
export async function aSecretsManager(options: SecretsManagerOptions = {}): Promise<SecretsManagerWorld> {
  const service = await startSecretsManager(options);
  const client = new SecretsManagerClient({
    endpoint: service.origin,
    region: "eu-central-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
    maxAttempts: 3,
  });
  return {
    service,
    client: async () => client,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await service.close();
    },
  };
}
