import type { ProbeAnswer } from "../../auth0/probe.ts";
import type { Seconds } from "../../model/duration.ts";
import type { Secret } from "../../model/secret.ts";
import type { Aftercare, RotationRecord } from "../ledger/rotation-record.ts";
import type { RotationParts } from "../parts.ts";
import type { VersionId } from "../ports.ts";
import type { StoredCredential } from "../vault/stored-credentials.ts";
import type { Work } from "../work.ts";

/** A new credential on its way to the tenant. */
export interface Telling {
  pending: Secret;
  /**
   * What consumers use until now; read when it is needed, since a pending one that is accepted needs no other.
   *
   * @throws CurfewError `rotation-refused` when the stored value is not usable
   */
  current(): Promise<StoredCredential>;
  record: RotationRecord | undefined;
}

/** What differs between client secrets and private keys. The steps know nothing of it. */
export interface Kind {
  /** Makes a new credential; nobody knows it yet. */
  make(parts: RotationParts): Promise<Secret>;
  /**
   * Looks whether the client may be rotated and could take a new credential. Changes nothing.
   *
   * @throws CurfewError `rotation-refused`
   */
  assertMayBegin(work: Work, telling: Omit<Telling, "pending">): Promise<void>;
  /**
   * Has the tenant accept the pending credential. May be repeated after anything: a tenant that was told already is
   * told nothing else.
   *
   * @throws CurfewError `rotation-refused`, `rotation-unfinished`, or what the ports fail with
   */
  tell(work: Work, telling: Telling): Promise<void>;
  /** Whether the tenant accepts the pending credential by now, in the way that its consumers use it. */
  test(work: Work, pending: Secret): Promise<ProbeAnswer["answer"]>;
  /**
   * What of the old credential is to be taken away at the tenant some day.
   *
   * @param current the one that replaces it
   */
  oldPart(work: Work, old: Secret, current: Secret): Promise<Pick<Aftercare, "oldKey">>;
  /**
   * Makes sure, before a version loses its last label, that the tenant accepts it nowhere any more. A key that leaked
   * may go all the same.
   *
   * @param leaving a version with no other label
   * @throws CurfewError `rotation-unfinished`
   */
  partWith(work: Work, leaving: VersionId): Promise<void>;
  /** How long both credentials stay. */
  overlap(work: Work): Seconds;
  /**
   * Whether the old credential is what consumers use again.
   *
   * @param old its stored value; undefined where there is none any more
   */
  isInUse(care: Pick<Aftercare, "oldKey">, old: Secret | undefined, current: Secret): boolean;
  /**
   * Takes the old credential away, as far as it does not go by itself.
   *
   * @param current what consumers use now
   * @throws as {@link tell}
   */
  takeAway(work: Work, oldKey: NonNullable<Aftercare["oldKey"]>, current: StoredCredential): Promise<void>;
}
