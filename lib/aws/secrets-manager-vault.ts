import type { DescribeSecretCommandOutput, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Instant } from "../history/history.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { Secret } from "../model/secret.ts";
import { CURRENT, PENDING, PREVIOUS, type RotationVault, type VaultSecret, type VersionId } from "../rotation/ports.ts";
import { type SendingTime, vaultCalls } from "./vault-calls.ts";

/**
 * Secrets Manager, as far as the steps of a rotation use it. What may be repeated the SDK repeats by itself, three
 * times in all; no error holds a value.
 *
 * @param client made by the caller, so that region, endpoint and patience are set in one place; loaded at the first use
 * @param time where the process may stand still afterwards, as a Lambda does: when it may be stopped
 */
export function secretsManagerVault(client: () => Promise<SecretsManagerClient>, time?: SendingTime): RotationVault {
  const call = vaultCalls(client, time);

  const describe = (secret: string): Promise<VaultSecret> =>
    call({
      secret,
      action: "DescribeSecret",
      run: async (client, { DescribeSecretCommand }, options) =>
        described(secret, await client.send(new DescribeSecretCommand({ SecretId: secret }), options)),
    });

  const dropLabel = (label: string, arn: string, version: VersionId, deadline: Instant | undefined): Promise<void> =>
    call<void>({
      deadline,
      secret: arn,
      action: "UpdateSecretVersionStage",
      run: async (client, { UpdateSecretVersionStageCommand }, options) => {
        const removal = { VersionStage: label, RemoveFromVersionId: version };
        await client.send(new UpdateSecretVersionStageCommand({ SecretId: arn, ...removal }), options);
      },
      except: {
        // The label is not there, maybe since the first of two attempts took it away.
        InvalidParameterException: () => undefined,
      },
    });

  return {
    describe,

    // A version without a value and a secret that is gone are answered alike; `describe` tells them apart.
    read: (arn, version) =>
      call<Secret | undefined>({
        secret: arn,
        action: "GetSecretValue",
        run: async (client, { GetSecretValueCommand }, options) => {
          const command = new GetSecretValueCommand({ SecretId: arn, VersionId: version });
          const { SecretString } = await client.send(command, options);
          if (SecretString !== undefined) return new Secret(SecretString);
          throw new CurfewError("vault-failed", `The secret ${arn} is binary; store it as text.`, {
            detail: "SecretBinary",
          });
        },
        except: { ResourceNotFoundException: () => undefined },
      }),

    storePending: (arn, id, value, deadline) =>
      call<void>({
        deadline,
        secret: arn,
        action: "PutSecretValue",
        run: async (client, { PutSecretValueCommand }, options) => {
          // Without labels the new version would be current at once, before its tenant knows it.
          const version = { ClientRequestToken: id, SecretString: value.reveal(), VersionStages: [PENDING] };
          await client.send(new PutSecretValueCommand({ SecretId: arn, ...version }), options);
        },
        except: {
          ResourceExistsException: () => {
            throw new CurfewError("version-taken", `The version ${id} of the secret ${arn} holds another value.`, {
              detail: id,
            });
          },
        },
      }),

    promote: (arn, to, from, deadline) =>
      call<void>({
        deadline,
        secret: arn,
        action: "UpdateSecretVersionStage",
        run: async (client, { UpdateSecretVersionStageCommand }, options) => {
          const move = { VersionStage: CURRENT, MoveToVersionId: to, RemoveFromVersionId: from };
          await client.send(new UpdateSecretVersionStageCommand({ SecretId: arn, ...move }), options);
        },
        except: {
          // The label is not on `from`. The SDK repeats a move whose answer was lost: then it is where it belongs.
          InvalidParameterException: async () => {
            if ((await describe(arn)).versions.get(to)?.includes(CURRENT)) return;
            const message = `The secret ${arn} has got another current version meanwhile; look at who changes it.`;
            throw new CurfewError("vault-failed", message, { detail: "current version changed", retryable: true });
          },
        },
      }),

    dropPending: (arn, version, deadline) => dropLabel(PENDING, arn, version, deadline),

    dropPrevious: (arn, version, deadline) => dropLabel(PREVIOUS, arn, version, deadline),
  };
}

/** @throws CurfewError for a secret that is marked for deletion: its values cannot be read or changed */
function described(secret: string, answer: DescribeSecretCommandOutput): VaultSecret {
  const { ARN = secret, Name = secret, RotationEnabled = false, RotationLambdaARN, VersionIdsToStages = {} } = answer;
  if (answer.DeletedDate !== undefined) {
    const message = `The secret ${Name} is marked for deletion; restore it, or take it out of the configuration.`;
    throw new CurfewError("vault-failed", message, { detail: "marked for deletion" });
  }
  return {
    arn: ARN,
    name: Name,
    rotationEnabled: RotationEnabled,
    ...(RotationLambdaARN === undefined ? {} : { rotationFunction: RotationLambdaARN }),
    versions: new Map(Object.entries(VersionIdsToStages)),
  };
}
