import { judgeClient } from "../judgements/judge-client.ts";
import type { RegisteredKey, RotatedClient } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import type { Work } from "../work.ts";

/** What is registered for a client that authenticates with registered keys. */
export interface Registered {
  keys: readonly RegisteredKey[];
  client: KeyClient;
}

/** The keys are read first: what is attached by then is among them. */
export async function registeredOf(work: Work): Promise<Registered> {
  const keys = await (await work.tenant()).keys();
  return { keys, client: await keyClient(work) };
}

/** A client that authenticates with registered keys: the only kind whose keys are touched. */
type KeyClient = RotatedClient & { attachedKeys: readonly string[] };

/** @throws CurfewError `rotation-refused` for a client that may not be rotated so */
export async function keyClient(work: Work): Promise<KeyClient> {
  const client = await (await work.tenant()).client();
  const refused = judgeClient(client, work.settings);
  if (refused) throw refusedError(refused);
  return client as KeyClient; // what the judgement says of keys
}
