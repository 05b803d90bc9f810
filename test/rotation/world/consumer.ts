import { consumeSecret } from "../../../examples/consume-secret.ts";
import { loginOf } from "./payload.ts";
import type { World } from "./world.ts";

/** Uses the application's credential once; false where it was refused and nothing else helped. */
export type Consumer = () => Promise<boolean>;

/** Milliseconds that a reading and a request take, one way. */
const TRAVEL = 40;

/** Sends one request to Auth0 with a stored value. */
async function ask(world: World, payload: string): Promise<boolean> {
  await world.clock.sleep(TRAVEL);
  const isAccepted = world.client.accepts(loginOf(world.kind, payload));
  await world.clock.sleep(TRAVEL);
  return isAccepted;
}

async function read(world: World, label: string): Promise<string | undefined> {
  await world.clock.sleep(TRAVEL);
  const payload = world.vault.read(label);
  await world.clock.sleep(TRAVEL);
  return payload;
}

/** One that does what docs/consuming-secrets.md says: its code is the example's. */
export function documentedConsumer(world: World): Consumer {
  const withSecret = consumeSecret({ read: (label) => read(world, label), clock: world.clock });
  return async () => {
    try {
      return await withSecret(async (payload) => ((await ask(world, payload)) ? true : undefined));
    } catch {
      return false;
    }
  };
}

/** One that keeps AWSCURRENT and reads it again when it is refused, as is often done. */
export function rereadingConsumer(world: World): Consumer {
  let kept: string | undefined;
  const readAgain = async (): Promise<string> => {
    kept = (await read(world, "AWSCURRENT")) ?? "";
    return kept;
  };
  return async () => (await ask(world, kept ?? (await readAgain()))) || ask(world, await readAgain());
}

/** What a consumer met. */
export interface Load {
  asked: number;
  failed: number;
}

/** Uses a consumer every `interval` milliseconds, however long it takes to answer, until it is told to stop. */
export function keepAsking({ clock }: World, consumer: Consumer, interval: number): () => Promise<Load> {
  const load: Load = { asked: 0, failed: 0 };
  const open = new Set<Promise<void>>();
  let isOver = false;
  const askOnce = async (): Promise<void> => {
    load.asked += 1;
    if (!(await consumer())) load.failed += 1;
  };
  const asking = (async () => {
    while (!isOver) {
      const one: Promise<void> = askOnce().finally(() => open.delete(one));
      open.add(one);
      await clock.sleep(interval);
    }
  })();
  return async () => {
    isOver = true;
    await asking;
    await Promise.all(open);
    return load;
  };
}
