import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from "@aws-sdk/client-secrets-manager";
import type { Conformance } from "./conformance-case.ts";

/** Every secret that the suite makes has a name that begins so. */
export const NAME_PREFIX = "curfew-conformance-";

/** A client and its secrets; disposing of it deletes them for good. */
export interface OpenConformance extends Conformance, AsyncDisposable {
  /** Names of the secrets that could not be deleted; empty until it was disposed of. */
  readonly left: readonly string[];
}

/** @param patience how long a change may take to be seen, in milliseconds; 0 for a fake */
export function openConformance(config: SecretsManagerClientConfig, patience: number): OpenConformance {
  const client = new SecretsManagerClient(config);
  const run = randomBytes(4).toString("hex");
  const names: string[] = [];
  const left: string[] = [];
  const newName = () => {
    // Does not end in a hyphen and six characters: that would look like a whole ARN to a search by a part of it.
    const name = `${NAME_PREFIX}${run}-number-${names.length}`;
    names.push(name);
    return name;
  };
  return {
    client,
    newName,
    newSecret: async (value) => {
      const name = newName();
      const tags = [{ Key: "curfew:conformance", Value: run }];
      const content = value === undefined ? {} : { SecretString: value };
      const input = { Name: name, ClientRequestToken: randomUUID(), Tags: tags, ...content };
      const { ARN = "", VersionId = "" } = await client.send(new CreateSecretCommand(input));
      return { name, arn: ARN, version: VersionId };
    },
    eventually: (assertion) => eventually(assertion, patience),
    left,
    [Symbol.asyncDispose]: async () => {
      left.push(...(await deleteAll(client, names)));
      client.destroy();
    },
  };
}

async function eventually(assertion: () => Promise<void>, patience: number): Promise<void> {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() >= end) throw error;
      await delay(1000);
    }
  }
}

/** Deletes one after the other, all of them, whatever fails; gives the names of those that may be left. */
async function deleteAll(client: SecretsManagerClient, names: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (const SecretId of names) {
    const deletion = client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    await deletion.catch(() => left.push(SecretId));
  }
  return left;
}
