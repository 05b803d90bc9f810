import type { Secret } from "../../model/secret.ts";
import { calibratedAsk } from "../../rotation/asking/asking.ts";
import { isFull, leftovers } from "../../rotation/judgements/judge-places.ts";
import { publicKeyOf } from "../../rotation/kinds/public-key.ts";
import type { RegisteredKey, RotatedClient } from "../../rotation/ports.ts";
import { unfinished } from "../../rotation/unfinished.ts";
import { currentCredential } from "../../rotation/vault/stored-credentials.ts";
import type { Work } from "../../rotation/work.ts";
import { isSuspect, type Suspects } from "./suspects.ts";

/**
 * Makes a place for a new key where two are registered and in use: one that may have leaked goes at once. Which of two
 * goes when nobody knows is the one that the vault does not hold; the last one attached never does.
 *
 * @param keep the `kid` of what is stored; undefined where nothing is
 */
export async function makePlace(work: Work, leaked: Suspects, keep: string | undefined): Promise<void> {
  const { keys, client } = await registeredOf(work);
  const attached = client.attachedKeys ?? [];
  if (!isFull({ keys })) return;
  const unused = keys.filter(({ id }) => !client.referencedKeys.includes(id));
  const useless =
    unused.find((key) => isSuspect(key, leaked)) ?? leftovers({ keys, client, currentKid: keep })[0] ?? unused[0];
  if (useless) return takeAway(work, [useless]); // also what is stored: it lets nobody in once it is detached
  const suspects = keys.filter((key) => attached.includes(key.id) && isSuspect(key, leaked));
  const goes = suspects.find(({ kid }) => keep === undefined || kid !== keep) ?? suspects[0];
  if (goes && attached.length > 1) await takeAway(work, [goes]);
}

/**
 * Takes away every key that may have leaked, once the new one is accepted and attached: the overlap of quiet days is
 * not waited for. What somebody else attached and did not leak stays.
 *
 * @param own the new credential
 */
export async function takeSuspectsAway(work: Work, leaked: Suspects, own: Secret): Promise<void> {
  const { keys, client } = await registeredOf(work);
  const { kid } = publicKeyOf(own);
  const ownKey = keys.find((key) => key.kid === kid);
  const suspects = keys.filter((key) => key.id !== ownKey?.id && isSuspect(key, leaked));
  if (suspects.length === 0) return;
  const isIn = ownKey !== undefined && client.attachedKeys?.includes(ownKey.id) === true;
  const said = isIn ? await (await calibratedAsk(work, own))(own) : "refused";
  // The one that leaked is better than none: a client without a key falls back on its secret, which nobody knows.
  if (said !== "accepted") {
    throw unfinished(
      `The new key of ${work.settings.clientId} is not seen to be accepted, so the others are not taken away yet.`,
    );
  }
  const current = await currentCredential(work);
  if (current.credential.reveal() !== own.reveal()) {
    throw unfinished(`Somebody else stored another key of ${work.settings.clientId} meanwhile.`);
  }
  await takeAway(work, suspects);
}

/** Detaches keys, then deletes those that nothing refers to: signed requests, for instance, go on with theirs. */
async function takeAway(work: Work, gone: readonly RegisteredKey[]): Promise<void> {
  const tenant = await work.tenant();
  const ids = gone.map(({ id }) => id);
  const { attachedKeys = [] } = (await registeredOf(work)).client;
  const left = attachedKeys.filter((id) => !ids.includes(id));
  if (left.length === 0 && attachedKeys.length > 0)
    throw unfinished(`No other key of ${work.settings.clientId} is attached.`);
  if (left.length < attachedKeys.length) await work.lease.write(() => tenant.attachKeys(left));
  const { referencedKeys } = (await registeredOf(work)).client;
  for (const id of ids.filter((one) => !referencedKeys.includes(one))) {
    await work.lease.write(() => tenant.deleteKey(id));
  }
}

/** The keys are read first: what is attached by then is among them. */
export async function registeredOf(work: Work): Promise<{ keys: readonly RegisteredKey[]; client: RotatedClient }> {
  const tenant = await work.tenant();
  const keys = await tenant.keys();
  const client = await tenant.client();
  if (client) return { keys, client };
  throw unfinished(`The application ${work.settings.clientId} is gone.`);
}
