import type { Secret } from "../../model/secret.ts";
import { calibratedAsk } from "../asking/asking.ts";
import type { Aftercare } from "../ledger/rotation-record.ts";
import type { RegisteredKey } from "../ports.ts";
import { unfinished } from "../unfinished.ts";
import { assertCurrent } from "../vault/standing.ts";
import type { StoredCredential } from "../vault/stored-credentials.ts";
import type { Work } from "../work.ts";
import { isSameKey } from "./live-key.ts";
import { comparableKey, namedKid } from "./public-key.ts";
import { keyClient } from "./registered-keys.ts";

/**
 * Which registered key the old one is. Its `kid` says so. Where a person stored it without one, or with another, it is
 * the only attached key beside the new one, if it is accepted at all: some attached key verifies it.
 *
 * @throws CurfewError `rotation-unfinished` when Auth0 does not say: this is looked at once, before the promotion
 */
export async function oldPart(work: Work, old: Secret, current: Secret): Promise<Pick<Aftercare, "oldKey">> {
  const { kid: newKid } = comparableKey(current);
  const others = (await (await work.tenant()).keys()).filter(({ kid }) => kid !== newKid);
  const kid = namedKid(old);
  const key = others.find((other) => kid !== undefined && other.kid === kid) ?? (await onlyOther(work, others, old));
  return key ? { oldKey: { id: key.id, kid: key.kid ?? "" } } : {};
}

async function onlyOther(
  work: Work,
  others: readonly RegisteredKey[],
  old: Secret,
): Promise<RegisteredKey | undefined> {
  const { attachedKeys } = await keyClient(work);
  const [other, ...more] = others.filter(({ id }) => attachedKeys.includes(id));
  if (!other || more.length > 0) return undefined;
  const said = await (await calibratedAsk(work, old))(old);
  if (said === "unknown") {
    throw unfinished(`Auth0 does not say whether the other key of ${work.settings.clientId} is the old one.`);
  }
  return said === "accepted" ? other : undefined;
}

/** By its public half, however it is stored; where the old value is gone, by its name at the tenant. */
export function isInUse({ oldKey }: Pick<Aftercare, "oldKey">, old: Secret | undefined, current: Secret): boolean {
  const { kid, key } = comparableKey(current);
  return oldKey?.kid === kid || (old !== undefined && isSameKey(old, key));
}

/**
 * First the current key is seen to be accepted and attached: the client must never be left without one. A person may
 * make the old key current again while that is asked, so what is current is looked at before each change.
 */
export async function takeAway(
  work: Work,
  { id }: { id: string },
  { version, credential: current }: StoredCredential,
): Promise<void> {
  const { clientId } = work.settings;
  const tenant = await work.tenant();
  if ((await (await calibratedAsk(work, current))(current)) !== "accepted") {
    throw unfinished(
      `The current key of ${clientId} is not seen to be accepted, so the old one is not taken away yet.`,
    );
  }
  const keys = await tenant.keys();
  const kid = namedKid(current);
  const currentKey = keys.find((key) => kid !== undefined && key.kid === kid);
  const { attachedKeys } = await keyClient(work);
  if (attachedKeys.includes(id)) {
    const left = attachedKeys.filter((attached) => attached !== id);
    if (!currentKey || !left.includes(currentKey.id)) {
      throw unfinished(`The current key of ${clientId} is not found among the attached ones, so the old one stays.`);
    }
    await assertCurrent(work, version);
    await work.lease.write(() => tenant.attachKeys(left));
  }
  // Whatever else refers to it, signed requests for instance, goes on with it.
  const { referencedKeys } = await keyClient(work);
  if (referencedKeys.includes(id)) return;
  await assertCurrent(work, version);
  await work.lease.write(() => tenant.deleteKey(id));
}
