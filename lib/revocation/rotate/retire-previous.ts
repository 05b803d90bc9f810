import { KINDS } from "../../rotation/kinds/kinds.ts";
import { isOpen, type Proof } from "../../rotation/ledger/rotation-record.ts";
import { CURRENT, PREVIOUS, type VersionId } from "../../rotation/ports.ts";
import { versionWith } from "../../rotation/vault/standing.ts";
import { recall, type Work } from "../../rotation/work.ts";

const isProven = (proof: Proof | undefined, version: VersionId): boolean =>
  proof !== undefined && [proof.old, proof.oldToo].includes(version);

/**
 * Takes AWSPREVIOUS away: it holds what leaked, and whoever falls back on it, or moves AWSCURRENT back to it, would
 * bring that to life again. Not before the old one is dead, or nothing can be proven of it any more: as long as it may
 * be accepted, it must be found; so must what a person stored since, which nobody was asked about.
 *
 * @returns whether nothing bears the label any more
 */
export async function retirePrevious(work: Work): Promise<boolean> {
  const { parts, target, version, lease } = work;
  const secret = await parts.vault.describe(target.arn);
  const previous = versionWith(secret, PREVIOUS);
  if (previous === undefined) return true;
  const record = await recall(work);
  const mayLive = record?.underWay !== undefined || record?.aftercare.some(isOpen) === true;
  if (mayLive || versionWith(secret, CURRENT) !== version) return false;
  if (!isProven(record?.lastProof, previous)) await KINDS[target.kind].partWith(work, previous);
  await lease.write(() => parts.vault.dropPrevious(target.arn, previous));
  return true;
}
