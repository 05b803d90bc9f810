import { finishForward } from "../../rotation/finish-forward.ts";
import { namedKid } from "../../rotation/kinds/public-key.ts";
import { orderRotation, recordOfCredential } from "../../rotation/ledger/ledger.ts";
import type { RotationTarget } from "../../rotation/ledger/target.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import type { VersionId } from "../../rotation/ports.ts";
import { createSecret } from "../../rotation/steps/create-secret.ts";
import { settleOther } from "../../rotation/steps/settle.ts";
import { leaveGoneSecret } from "../../rotation/vault/gone-secret.ts";
import { currentCredential } from "../../rotation/vault/stored-credentials.ts";
import { atWork } from "../../rotation/work.ts";
import { makePlace } from "./key-places.ts";
import type { Suspects } from "./suspects.ts";

/**
 * Replaces what is stored by a new version, in this process and through the steps of every rotation. A version that the
 * tenant was told of comes to its end first: what is live is never lost. It is replaced all the same, and so is one
 * that nobody was told of yet: it was stored where what leaked was, and nobody knows since when.
 *
 * @param beforeStored is done before the new version is stored: from then on anybody may finish what was begun
 */
export async function giveNext(
  target: RotationTarget,
  version: VersionId,
  leaked: Suspects,
  deadline: number,
  rotation: RotationParts,
  beforeStored: () => Promise<unknown>,
): Promise<void> {
  const { table, clock } = rotation;
  await leaveGoneSecret(target, await recordOfCredential(table, target), rotation);
  const leakedKeys = leaked === undefined ? {} : { leakedKeys: leaked };
  const at = Math.round(clock.now());
  await orderRotation(table, target, { version, by: "incident", at, overwrite: true, ...leakedKeys });
  await atWork({ target, version, deadline }, rotation, async (work) => {
    await settleOther(work);
    if (target.kind === "private-key") {
      await makePlace(work, leaked, namedKid((await currentCredential(work)).credential));
    }
    await beforeStored();
    await createSecret(work);
  });
  await finishForward(target, version, deadline, rotation);
}
