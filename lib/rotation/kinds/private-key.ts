import type { ProbeAnswer } from "../../auth0/probe.ts";
import type { Secret } from "../../model/secret.ts";
import { calibratedAsk, obtainToken, SETTLING } from "../asking/asking.ts";
import { storedAsCurrent } from "../asking/stored-in-use.ts";
import { isFull, judgePlaces, leftovers, noPlaceYet, type Places } from "../judgements/judge-places.ts";
import { isOpen, type RotationRecord } from "../ledger/rotation-record.ts";
import { replacedBy } from "../ledger/under-way.ts";
import { markAccepted, markAttaching, markTold } from "../mark.ts";
import type { RegisteredKey } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import { unfinished } from "../unfinished.ts";
import { assertLabelled } from "../vault/standing.ts";
import { nowOf, type Work, waitUntil } from "../work.ts";
import type { Kind, Telling } from "./kind.ts";
import { partWithKey } from "./live-key.ts";
import { isInUse, oldPart, takeAway } from "./old-key.ts";
import { namedKid, type PublicKey, publicKeyOf } from "./public-key.ts";
import { keyClient, type Registered, registeredOf } from "./registered-keys.ts";

/**
 * A client may authenticate with two registered keys at once: the new one is added beside the old one, and the old one
 * is taken away when everybody had time to change. Nobody is refused at any point.
 */
export const privateKeyKind: Kind = {
  make: async (parts) => (await parts.newKey()).privateKeyJwk,
  async assertMayBegin(work, { current, record }) {
    const key = (await current()).credential;
    assertPlace({ ...(await registeredOf(work)), currentKid: namedKid(key) }, record);
    await assertSaysOfTokens(work, key);
  },
  async tell(work, telling) {
    const key = publicKeyOf(telling.pending);
    const registered = await registeredOf(work);
    const known = await onlyOne(work, registered, key);
    if (known && !replacedBy(work, telling.record)) {
      const mark = registered.client.attachedKeys.includes(known.id) ? markAccepted : markTold;
      await mark(work, await storedAsCurrent(work));
    }
    const own = known ?? (await register(work, registered, key, telling));
    await attach(work, own.id);
    await settleIn(work);
  },
  test,
  oldPart,
  partWith: partWithKey,
  overlap: ({ settings }) => settings.overlap,
  isInUse,
  takeAway,
};

/**
 * The new key will be promoted only when a token was obtained with it. Where the token endpoint answers neither way,
 * because an Action denies or a quota is used up, the new key would be registered and attached and come no further.
 * Whether the current one is refused is judged elsewhere, with patience.
 */
async function assertSaysOfTokens(work: Work, current: Secret): Promise<void> {
  const said = await obtainToken(work, current);
  if (said.answer !== "unknown") return;
  throw unfinished(
    `Auth0's token endpoint neither gives the application ${work.settings.clientId} a token with its current key nor refuses the key (${said.detail}), so nobody could see that a new one works; nothing was begun.`,
  );
}

/** Of what takes the places, an old key of ours is no reason for a refusal. */
function assertPlace(places: Places, record: RotationRecord | undefined): void {
  const refused = judgePlaces(places);
  if (!refused) return;
  const ids = places.keys.map(({ id }) => id);
  const leaving = record?.aftercare.find((one) => isOpen(one) && one.oldKey && ids.includes(one.oldKey.id));
  if (!leaving) throw refusedError(refused);
  throw noPlaceYet(places.client.clientId, leaving);
}

/** The place of our key, if it is registered. A request whose answer was lost may have registered it twice. */
async function onlyOne(
  work: Work,
  { keys, client }: Registered,
  { kid }: PublicKey,
): Promise<RegisteredKey | undefined> {
  const same = keys.filter((key) => key.kid === kid);
  const own = same.find(({ id }) => client.referencedKeys.includes(id)) ?? same[0];
  const twins = same.filter(({ id }) => id !== own?.id && !client.referencedKeys.includes(id));
  for (const { id } of twins) await remove(work, id);
  return own;
}

async function register(
  work: Work,
  registered: Registered,
  { kid, pem }: PublicKey,
  { current, record }: Telling,
): Promise<RegisteredKey> {
  const { version, credential } = await current();
  const places: Places = { ...registered, currentKid: namedKid(credential) };
  assertPlace(places, record);
  const [leftover] = leftovers(places);
  if (isFull(places) && leftover) await remove(work, leftover.id);
  await markTold(work, { version, wasAccepted: isAttached(registered, places.currentKid) });
  await assertLabelled(work);
  const tenant = await work.tenant();
  return work.lease.write(() => tenant.registerKey({ kid, publicKeyPem: pem, name: `curfew-${work.version}` }));
}

/** What is attached is accepted. */
const isAttached = ({ keys, client }: Registered, named: string | undefined): boolean =>
  keys.some(({ id, kid }) => named !== undefined && kid === named && client.attachedKeys.includes(id));

async function remove({ lease, tenant }: Work, id: string): Promise<void> {
  const client = await tenant();
  await lease.write(() => client.deleteKey(id));
}

/** Adds our key to whatever the client authenticates with at this moment. */
async function attach(work: Work, id: string): Promise<void> {
  await markAttaching(work, id);
  const { attachedKeys } = await keyClient(work);
  if (attachedKeys.includes(id)) return;
  await assertLabelled(work);
  const tenant = await work.tenant();
  await work.lease.write(() => tenant.attachKeys([...attachedKeys, id]));
}

/**
 * Consumers take the new key from the promotion on, so it comes only when every server of the tenant knows the key.
 * Both are attached meanwhile: waiting costs nobody anything. Counted from now on also where the key was attached
 * before, by a process that died: when that was, nobody knows.
 */
async function settleIn(work: Work): Promise<void> {
  if (await waitUntil(work, nowOf(work) + SETTLING)) return;
  throw unfinished(
    `The new key of ${work.settings.clientId} is attached, but there is no time to wait until it is known everywhere.`,
  );
}

/**
 * As consumers use it: with an assertion for a token. What that means is known only where a random key is refused, so
 * the calibrated question has to be answered in the same way.
 */
async function test(work: Work, pending: Secret): Promise<ProbeAnswer["answer"]> {
  const { answer } = await obtainToken(work, pending);
  return answer === "accepted" ? (await calibratedAsk(work, pending))(pending) : answer;
}
