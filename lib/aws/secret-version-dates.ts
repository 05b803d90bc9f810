import type { ListSecretVersionIdsCommandOutput, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { DatedVersion, SecretDates } from "../history/vault.ts";
import { referenceFailure } from "./secret-failure.ts";

/**
 * Reads from Secrets Manager when the current version of a secret was made; the value itself is never asked for, so
 * `secretsmanager:ListSecretVersionIds` suffices.
 *
 * @param client made by the caller, so that region, endpoint and patience are set in one place; loaded at the first use
 */
export function secretVersionDates(client: () => Promise<SecretsManagerClient>): SecretDates {
  let ready: Promise<SecretsManagerClient> | undefined;
  return {
    async currentVersion(name) {
      try {
        ready ??= client();
        return await currentVersionOf(await ready, name);
      } catch (error) {
        throw referenceFailure(name, "ListSecretVersionIds", error);
      }
    },
  };
}

type Version = NonNullable<ListSecretVersionIdsCommandOutput["Versions"]>[number];

async function currentVersionOf(client: SecretsManagerClient, name: string): Promise<DatedVersion | undefined> {
  const { paginateListSecretVersionIds } = await import("@aws-sdk/client-secrets-manager");
  for await (const { Versions = [] } of paginateListSecretVersionIds({ client }, { SecretId: name })) {
    const { VersionId: id, CreatedDate: made } = Versions.find(isCurrent) ?? {};
    if (id !== undefined && made) return { id, at: made.getTime() };
  }
  return undefined;
}

const isCurrent = ({ VersionStages = [] }: Version): boolean => VersionStages.includes("AWSCURRENT");
