import type { ConfiguredCredential } from "../credentials/configured-credentials.ts";
import type { RotationTarget } from "../ledger/target.ts";
import { type Refused, refusedError } from "../refusal.ts";

/** What a configuration says of a secret: whose it is, and of which kind. */
export type OwnedSecret = Pick<ConfiguredCredential, "tenant" | "clientId" | "kind" | "secret">;

/**
 * Refuses a secret that is on record as another credential's than the configuration says: whatever is done with it would
 * be done to that one.
 *
 * @throws CurfewError `rotation-refused` (`not-configured`)
 */
export function assertOwner(owner: RotationTarget, wanted: OwnedSecret): void {
  const { tenant, clientId, kind } = wanted;
  if (owner.tenant === tenant && owner.clientId === clientId && owner.kind === kind) return;
  throw refusedError(ownedByOther(owner, wanted));
}

/** @param owner undefined where nobody can say any more whose it is */
export function ownedByOther(
  owner: RotationTarget | undefined,
  { tenant, clientId, kind, secret }: OwnedSecret,
): Refused {
  const isOnlyKind = owner?.tenant === tenant && owner.clientId === clientId;
  const whatToDo = isOnlyKind ? "correct kind there" : "give each credential a secret of its own";
  const theirs = owner ? `the ${owner.kind} of ${owner.clientId} in ${owner.tenant}` : "somebody else's";
  return {
    refusal: "not-configured",
    message: `The secret ${secret} is ${theirs} already, and the configuration says that it is the ${kind} of ${clientId} in ${tenant}; ${whatToDo}.`,
  };
}
