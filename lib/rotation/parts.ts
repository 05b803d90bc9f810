import type { Instant } from "../history/history.ts";
import type { Clock } from "../model/clock.ts";
import type { Seconds } from "../model/duration.ts";
import type { Secret } from "../model/secret.ts";
import type { EvidenceStore } from "../store/evidence-store.ts";
import type { Table } from "../store/table.ts";
import type { CredentialKind, RotationTarget } from "./ledger/target.ts";
import type { NewKey, RotationTenant, RotationVault } from "./ports.ts";

/** What the configuration says of a credential. */
export interface RotationSettings {
  /** The tenant's name and canonical domain. */
  tenant: string;
  domain: string;
  clientId: string;
  kind: CredentialKind;
  rotate: "auto" | "off";
  /** Keys: how long both stay. */
  overlap: Seconds;
  allowHs256: boolean;
}

/** Everything that rotation works with. */
export interface RotationParts {
  vault: RotationVault;
  /** Everything remembered. */
  table: Table;
  evidence: EvidenceStore;
  /** False where nobody said where a proof is kept: then nobody is asked for one, and an audit proves later. */
  keepsProof?: boolean;
  /** What is configured for a target; undefined where nothing is, or where there is no rotator. */
  settings(target: RotationTarget): RotationSettings | undefined;
  /**
   * The target's client at its tenant, with the rotator's login. Nothing is sent before the first call.
   *
   * @param deadline no change is under way after it: milliseconds since the epoch. A process that worked under a lease,
   * stood still and wakes after it would meet the next rotation.
   */
  tenant(target: RotationTarget, deadline?: Instant): Promise<RotationTenant>;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** 64 base64url characters from a cryptographic source. */
  newSecret(): Secret;
  newKey(): Promise<NewKey>;
}
