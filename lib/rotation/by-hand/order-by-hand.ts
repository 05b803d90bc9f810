import type { Instant } from "../../history/history.ts";
import { assertOwner, type OwnedSecret } from "../judgements/judge-owner.ts";
import { noPlaceYet } from "../judgements/judge-places.ts";
import { orderRotation, readTarget, recordOfCredential } from "../ledger/ledger.ts";
import { isOpen, type RotationRecord } from "../ledger/rotation-record.ts";
import type { RotationTarget } from "../ledger/target.ts";
import { toldVersion } from "../ledger/under-way.ts";
import type { RotationParts } from "../parts.ts";
import type { RotationService, VaultSecret, VersionId } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import { assertOurs } from "../vault/assert-ours.ts";
import { leaveGoneSecret } from "../vault/gone-secret.ts";
import { earlyVersion, hangingVersions } from "../vault/pending-version.ts";

/** What ordering a rotation by hand works with. */
export interface ByHandParts extends Pick<RotationParts, "vault" | "table" | "clock"> {
  service: RotationService;
  newVersion(): VersionId;
}

/** A secret that a person wants to be rotated, with what stands in the way of beginning anew. */
export interface Rotatable {
  target: RotationTarget;
  /** The version of a rotation that is not finished: it is brought to its end, and no other is begun. */
  hanging: VersionId | undefined;
  /** What is remembered of the credential; undefined when nothing is. */
  record: RotationRecord | undefined;
}

/**
 * Looks whether a secret can be rotated at all, before a person is asked and anything is ordered.
 *
 * @throws CurfewError as {@link findUnfinished}, and as {@link assertPlaceIsFree}
 */
export async function findRotatable(parts: ByHandParts, wanted: OwnedSecret): Promise<Rotatable> {
  const found = await findUnfinished(parts, wanted);
  assertPlaceIsFree(found, parts.clock.now());
  return found;
}

/**
 * Looks what of a secret's rotation is not finished. What Auth0 was told of can be finished also where rotation was
 * cancelled or switched off since, and comes before anything else; so can what a person made current before Auth0 was
 * told.
 *
 * @param wanted the credential as configured: a secret that is another's is not touched in its name
 * @throws CurfewError `rotation-refused` (`not-configured`, `rotation-disabled`, `no-target`), or what the ports failed
 * with
 */
export async function findUnfinished({ vault, table, clock }: ByHandParts, wanted: OwnedSecret): Promise<Rotatable> {
  const found = await vault.describe(wanted.secret);
  const target = await readTarget(table, found.arn);
  if (target) assertOwner(target, wanted);
  const record =
    target && (await leaveGoneSecret(target, await recordOfCredential(table, target), { vault, table, clock }));
  if ((toldVersion(record, found.arn) ?? earlyVersion(record, found)) === undefined) assertOurs(found);
  if (!target) throw refusedError({ refusal: "no-target", message: unknownOwner(found) });
  const [hanging] = hangingVersions(record, found);
  return { target, hanging, record };
}

/**
 * While the key before the current one stays for its overlap there is no place for a third. The function would say so,
 * too, but an order that comes to nothing leaves a version behind that bars the way of the next.
 *
 * @throws CurfewError `rotation-unfinished`
 */
export function assertPlaceIsFree({ target: { clientId }, hanging, record }: Rotatable, now: Instant): void {
  if (hanging !== undefined) return;
  const leaving = record?.aftercare.find((one) => isOpen(one) && one.oldKey && one.goneAt === undefined);
  if (leaving?.promotedAt !== undefined && leaving.from > now) throw noPlaceYet(clientId, leaving);
}

const unknownOwner = ({ name }: VaultSecret): string =>
  `Nothing on record says whose secret ${name} is; take it over with curfew rotate adopt.`;

/** A rotation that a person ordered. */
export interface Ordered {
  version: VersionId;
  at: Instant;
  /** Who does the steps: Secrets Manager's function, or whoever ordered, since the service does not begin them again. */
  by: "service" | "here";
}

/**
 * Orders a rotation in a person's name: a hanging one is ordered again by its own id, otherwise a new one is begun.
 * Where Secrets Manager turns out to have begun another one meanwhile, that one is ordered.
 */
export async function orderByHand(
  { target, hanging }: Pick<Rotatable, "target" | "hanging">,
  overwrite: boolean,
  { service, table, clock, newVersion }: ByHandParts,
): Promise<Ordered> {
  const at = Math.round(clock.now());
  const order = async (version: VersionId): Promise<void> => {
    await orderRotation(table, target, { version, by: "person", at, ...(overwrite ? { overwrite } : {}) });
  };
  if (hanging !== undefined) {
    await order(hanging);
    return { version: hanging, at, by: "here" };
  }
  const version = newVersion();
  await order(version);
  const start = await service.startRotation(target.arn, version);
  if (start.outcome === "started") return { version, at, by: "service" };
  await order(start.version);
  return { version: start.version, at, by: "here" };
}
