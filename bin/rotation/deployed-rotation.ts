import { randomUUID } from "node:crypto";
import type { Config } from "../../lib/config/schema.ts";
import { type Clock, systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { ByHandParts } from "../../lib/rotation/by-hand/order-by-hand.ts";
import { type ConfiguredRotation, configuredRotation } from "../../lib/rotation/from-config.ts";
import { newKey, newSecret } from "../../lib/rotation/kinds/new-credential.ts";
import type { RotationParts } from "../../lib/rotation/parts.ts";
import type { EvidenceStore } from "../../lib/store/evidence-store.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { requiredTable } from "../required-table.ts";
import { secretSources } from "../secret-sources.ts";

/** Where the deployed stack is. */
export interface StackOptions {
  table?: string;
  /** The evidence bucket. */
  evidence?: string;
}

/** Said before a rotation is finished from here, and after it. */
export const NO_BUCKET = "No evidence bucket is named, so that the old one is dead is proven by the next audit.";
export const NAME_BUCKET = "To prove it now, name the bucket with --evidence or CURFEW_EVIDENCE_BUCKET.";

/** Everything that rotation by hand works with: a person's own AWS credentials, and the deployed table. */
export type DeployedRotation = RotationParts &
  ByHandParts &
  ConfiguredRotation & {
    /** Whether anybody named where a proof is kept; without it the next audit proves what is finished from here. */
    keepsProof: boolean;
  };

/**
 * Puts together what a command about rotation needs. Nothing is sent yet, and the SDK is loaded at its first use.
 *
 * @param signal ends requests and pauses alike, so that Ctrl-C ends the command at once
 */
export async function openDeployedRotation(
  config: Pick<Config, "tenants">,
  { table, evidence }: StackOptions,
  signal: AbortSignal,
): Promise<DeployedRotation> {
  const name = requiredTable(table);
  const [{ secretsManagerVault }, { secretsManagerRotation }, { secretsManagerClient }] = await Promise.all([
    import("../../lib/aws/secrets-manager-vault.ts"),
    import("../../lib/aws/secrets-manager-rotation.ts"),
    import("../../lib/aws/secrets-manager-client.ts"),
  ]);
  let client: ReturnType<typeof secretsManagerClient> | undefined;
  const connect = () => {
    client ??= secretsManagerClient({ signal });
    return client;
  };
  const clock = endedBy(signal, systemClock);
  return {
    vault: secretsManagerVault(connect, { clock }),
    service: secretsManagerRotation(connect),
    table: await openDeployedLedger(name),
    evidence: await evidenceStore(evidence),
    keepsProof: isNamed(evidence),
    ...configuredRotation(config.tenants, secretSources(), { signal, clock, random: Math.random }),
    clock,
    random: Math.random,
    newSecret,
    newKey,
    newVersion: randomUUID,
  };
}

const endedBy = (signal: AbortSignal, { now, sleep }: Clock): Clock => ({
  now,
  sleep: (milliseconds, other) => sleep(milliseconds, other ? AbortSignal.any([signal, other]) : signal),
});

const isNamed = (bucket: string | undefined): bucket is string => bucket !== undefined && bucket !== "";

/** The proof that an old credential is dead belongs into the stack's bucket; without it the next audit proves it. */
async function evidenceStore(bucket: string | undefined): Promise<EvidenceStore> {
  if (isNamed(bucket)) {
    const { s3EvidenceStore } = await import("../../lib/aws/s3-evidence-store.ts");
    return s3EvidenceStore(bucket);
  }
  const refuse = async (): Promise<never> => {
    throw new CurfewError(
      "store-failed",
      "No evidence bucket was named (--evidence, CURFEW_EVIDENCE_BUCKET); the next audit proves it.",
    );
  };
  return { write: refuse, create: refuse, read: refuse };
}
