import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CurfewError } from "../model/curfew-error.ts";
import { CURRENT, PENDING, type RotationService, type RotationStart, type VersionId } from "../rotation/ports.ts";
import { secretsManagerVault } from "./secrets-manager-vault.ts";
import { type SendingTime, vaultCalls } from "./vault-calls.ts";

/** By this tag Curfew's roles may use a secret. Source: the policies in `lib/infra`. */
const MANAGED = [{ Key: "curfew:managed", Value: "true" }];

/** Curfew decides when to rotate; this is the longest interval that Secrets Manager knows. Source: its API reference. */
const LONGEST_INTERVAL = { AutomaticallyAfterDays: 1_000 };

/**
 * Secrets Manager, as those use it who have secrets rotated.
 *
 * @param client made by the caller, so that region, endpoint and patience are set in one place; loaded at the first use
 * @param time where the process may stand still afterwards, as a Lambda does: when it may be stopped
 */
export function secretsManagerRotation(
  client: () => Promise<SecretsManagerClient>,
  time?: SendingTime,
): RotationService {
  const call = vaultCalls(client, time);
  const { describe } = secretsManagerVault(client, time);

  /** RotateSecret has one exception for many reasons: where the labels are says which it was. */
  const whatIsUnderWay = async (arn: string, version: VersionId, reason: string): Promise<RotationStart> => {
    const { versions } = await describe(arn);
    const labels = versions.get(version) ?? [];
    if (labels.includes(PENDING) || labels.includes(CURRENT)) return { outcome: "started" };
    for (const [id, stages] of versions) {
      if (stages.includes(PENDING) && !stages.includes(CURRENT)) return { outcome: "in-progress", version: id };
    }
    const message = `Secrets Manager does not rotate the secret ${arn}; check that a rotation function is set (RotateSecret: ${reason}).`;
    throw new CurfewError("vault-failed", message, { detail: reason });
  };

  return {
    startRotation: (arn, version) =>
      call<RotationStart>({
        secret: arn,
        action: "RotateSecret",
        run: async (client, { RotateSecretCommand }, options) => {
          await client.send(new RotateSecretCommand({ SecretId: arn, ClientRequestToken: version }), options);
          return { outcome: "started" };
        },
        except: {
          InvalidRequestException: () => whatIsUnderWay(arn, version, "InvalidRequestException"),
          // The SDK repeats a request whose answer was lost; by then the version may be current.
          ResourceExistsException: () => whatIsUnderWay(arn, version, "ResourceExistsException"),
        },
      }),

    enableRotation: (arn, functionArn) =>
      call<void>({
        secret: arn,
        action: "RotateSecret",
        run: async (client, { RotateSecretCommand }, options) => {
          const rules = { RotationLambdaARN: functionArn, RotationRules: LONGEST_INTERVAL, RotateImmediately: false };
          await client.send(new RotateSecretCommand({ SecretId: arn, ...rules }), options);
        },
        except: {
          InvalidRequestException: async () => {
            const { versions } = await describe(arn);
            const isPending = versions.values().some((stages) => stages.includes(PENDING) && !stages.includes(CURRENT));
            const why = isPending ? "a rotation of it is not finished; finish it first" : "look at its state";
            const message = `Rotation of the secret ${arn} could not be switched on: ${why}.`;
            throw new CurfewError("vault-failed", message, { detail: "InvalidRequestException", retryable: isPending });
          },
        },
      }),

    createManaged: (name, id, value) =>
      call<string>({
        secret: name,
        action: "CreateSecret",
        run: async (client, { CreateSecretCommand }, options) => {
          const version = { ClientRequestToken: id, SecretString: value.reveal() };
          const { ARN } = await client.send(
            new CreateSecretCommand({ Name: name, ...version, Tags: MANAGED }),
            options,
          );
          if (ARN !== undefined) return ARN;
          throw new CurfewError("vault-failed", `Secrets Manager did not say the ARN of the new secret ${name}.`);
        },
      }),

    tagManaged: (arn) =>
      call<void>({
        secret: arn,
        action: "TagResource",
        run: async (client, { TagResourceCommand }, options) => {
          await client.send(new TagResourceCommand({ SecretId: arn, Tags: MANAGED }), options);
        },
      }),
  };
}
