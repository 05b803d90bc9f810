import { CURRENT, PENDING, PREVIOUS } from "../../../lib/rotation/ports.ts";
import type { PreparedKey } from "./keys.ts";
import { payloadOf } from "./payload.ts";
import type { World } from "./world.ts";

/** Sets a secret in Auth0's dashboard. With `isStored` the same person puts it into Secrets Manager, too. */
export function setSecretByHand(world: World, secret: string, isStored: boolean): void {
  world.client.setSecret(secret, "hand");
  if (isStored) world.vault.putByHand(world.newVersion(), payloadOf(world.kind, "text in JSON", secret));
}

/** Registers a key in Auth0's dashboard, where there is a place for one, and leaves it there unattached. */
export function leaveKeyByHand(world: World, key: PreparedKey): void {
  const { client } = world;
  if (client.registered.length < 2 && !client.registered.some(({ kid }) => kid === key.kid)) {
    client.register({ ...key, name: "by hand" }, "hand");
  }
}

/** Attaches every registered key, whether anybody has its private half or not. */
export function attachAllByHand({ client, guard }: World): void {
  if (client.attached !== undefined) {
    guard.excuse();
    client.attach(
      client.registered.map(({ id }) => id),
      "hand",
    );
  }
}

/** Takes every key away that Secrets Manager holds neither as current nor as pending. */
export function tidyKeysByHand({ client, vault, guard }: World): void {
  const held = [CURRENT, PENDING].map((label) => vault.read(label));
  const isHeld = (kid: string | undefined) => held.some((payload) => payload?.includes(`${kid}`));
  const kept = client.registered.filter(({ kid }) => isHeld(kid)).map(({ id }) => id);
  const others = client.registered.filter(({ id }) => !kept.includes(id)).map(({ id }) => id);
  client.attach(
    (client.attached ?? []).filter((id) => kept.includes(id)),
    "hand",
  );
  for (const id of others) client.deleteKey(id);
  guard.look("tidying", "a person");
}

/** Detaches every key but the current one. */
export function detachAllButCurrentByHand({ client, vault }: World): void {
  const current = vault.read(CURRENT);
  const kept = client.registered.filter(({ kid }) => current?.includes(`${kid}`)).map(({ id }) => id);
  if (kept.length > 0) client.attach(kept, "hand");
}

/** Moves AWSCURRENT to the version that bears AWSPREVIOUS; false where there is none. */
export function moveBackByHand({ vault, guard, target }: World): boolean {
  const [current, former] = [CURRENT, PREVIOUS].map((label) => vault.labelled(label));
  if (current === undefined || former === undefined) return false;
  guard.excuse();
  vault.promote(target.arn, former, current);
  guard.look("labelling", "a person");
  return true;
}

/** Moves AWSCURRENT to the version that bears AWSPENDING, where that holds a value, whether Auth0 knows it or not. */
export function moveForwardByHand({ vault, guard, target }: World): boolean {
  const [current, pending] = [CURRENT, PENDING].map((label) => vault.labelled(label));
  if (current === undefined || pending === undefined || vault.read(PENDING) === undefined) return false;
  guard.excuse();
  vault.promote(target.arn, pending, current);
  guard.look("labelling", "a person");
  return true;
}
