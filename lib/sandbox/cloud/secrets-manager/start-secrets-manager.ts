import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../../model/clock.ts";
import { jsonResponse, type Outcome, type SandboxRequest } from "../../http/message.ts";
import { serve } from "../../http/serve.ts";
import { ACCOUNT, REGION } from "../account.ts";
import { createOperationFaults, type OperationEffect, type OperationFaults } from "./faults.ts";
import { OPERATIONS } from "./operations.ts";
import { createRotations, type RotationDesk, type RotationFunction } from "./rotations.ts";
import { ServiceError } from "./service-error.ts";
import type { Vault } from "./vault.ts";

/** How the fake is set up. */
export interface SecretsManagerOptions {
  /** The machine's clock when left out. */
  clock?: Clock;
  /** Numbers from 0 up to 1, for the ends of ARNs. */
  random?: () => number;
  /** 0 for any free one. */
  port?: number;
  /** Called for every step of a rotation; without it RotateSecret is refused. */
  rotate?: RotationFunction;
  /** How often a rotation is tried in all; 5 when left out. */
  rotationAttempts?: number;
  /** Milliseconds of the clock between two tries; a minute when left out. */
  rotationPause?: number;
}

/** What the fake remembers of a request: never a value. */
export interface SecretsManagerRequest {
  operation: string;
  /** Whether it was done, whatever the caller heard. */
  done: boolean;
  /** The exception's name; null when there was none. */
  error: string | null;
}

/** A running fake of AWS Secrets Manager. */
export interface SecretsManager extends AsyncDisposable {
  /** For `AWS_ENDPOINT_URL_SECRETS_MANAGER`. */
  readonly origin: string;
  readonly faults: OperationFaults;
  readonly requests: readonly SecretsManagerRequest[];
  readonly rotations: Pick<RotationDesk, "reports" | "settled">;
  /**
   * Does an operation in this process, past HTTP, faults and `requests`: for setting a scene.
   *
   * @throws ServiceError as the service would answer
   */
  call(operation: string, input: object): Record<string, unknown>;
  close(): Promise<void>;
}

/**
 * Starts a fake of Secrets Manager on a loopback port. It speaks the JSON 1.1 protocol of the real service,
 * so that real clients work with it, signing and retries included; it does not check signatures or permissions.
 *
 * @example
 * await using secretsManager = await startSecretsManager();
 * const client = new SecretsManagerClient({ endpoint: secretsManager.origin });
 */
export async function startSecretsManager(options: SecretsManagerOptions = {}): Promise<SecretsManager> {
  const { clock = systemClock, random = Math.random, rotate, rotationAttempts, rotationPause } = options;
  const rotations = createRotations(clock, { invoke: rotate, attempts: rotationAttempts, pause: rotationPause });
  const arnPrefix = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:`;
  const vault: Vault = { secrets: new Map(), clock, random, arnPrefix, region: REGION, rotations };
  const faults = createOperationFaults();
  const requests: SecretsManagerRequest[] = [];
  const server = await serve(async (request) => answer(vault, faults, requests, request), options.port);
  const close = async () => {
    rotations.close();
    await server.close();
  };
  return {
    origin: server.origin,
    faults,
    requests,
    rotations,
    call: (operation, input) => ({ ...operate(vault, operation, { ClientRequestToken: randomUUID(), ...input }) }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The header `X-Amz-Target` names the operation: `secretsmanager.GetSecretValue`. */
function answer(
  vault: Vault,
  faults: OperationFaults,
  requests: SecretsManagerRequest[],
  request: SandboxRequest,
): Outcome {
  const operation = request.headers.get("x-amz-target")?.replace(/^secretsmanager\./, "") ?? "";
  const record: SecretsManagerRequest = { operation, done: false, error: null };
  requests.push(record);
  const effect = faults.strike(operation);
  const instead = effect && insteadOfAnswer(effect, "before", record);
  if (instead) return instead;
  const outcome = done(record, () => operate(vault, operation, parse(request.body)));
  return (effect && insteadOfAnswer(effect, "after", record)) ?? outcome;
}

function operate(vault: Vault, name: string, input: unknown): object {
  const operation = OPERATIONS.get(name);
  if (!operation) throw new ServiceError("UnknownOperationException", "");
  return operation(vault, input);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ServiceError("SerializationException", "The request is not valid JSON.");
  }
}

function done(record: SecretsManagerRequest, run: () => object): Outcome {
  try {
    const body = run();
    record.done = true;
    return { kind: "answered", response: jsonResponse(200, body, JSON_1_1) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return refusal(record, error);
  }
}

const JSON_1_1 = { "content-type": "application/x-amz-json-1.1" };

function refusal(record: SecretsManagerRequest, { type, message, status }: ServiceError): Outcome {
  record.error = type;
  const response = jsonResponse(status, { __type: type, ...(message ? { Message: message } : {}) }, JSON_1_1);
  return { kind: "answered", response };
}

function insteadOfAnswer(
  effect: OperationEffect,
  moment: "before" | "after",
  record: SecretsManagerRequest,
): Outcome | undefined {
  const when = "when" in effect ? (effect.when ?? "before") : "before";
  if (when !== moment) return undefined;
  if (effect.kind === "drop") return { kind: "dropped" };
  if (effect.kind === "hang") return { kind: "hung" };
  if (effect.kind === "throttle") return refusal(record, new ServiceError("ThrottlingException", "Rate exceeded"));
  const { type = "InternalServiceError", status = type === "InternalServiceError" ? 500 : 400 } = effect;
  return refusal(record, new ServiceError(type, "An error occurred on the server side.", status));
}
