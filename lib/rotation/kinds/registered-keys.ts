import { hasCode } from "../../model/curfew-error.ts";
import { judgeClient } from "../judgements/judge-client.ts";
import type { RegisteredKey, RotatedClient } from "../ports.ts";
import { refusedError } from "../refusal.ts";
import type { Work } from "../work.ts";

/** What is registered for a client that authenticates with registered keys. */
export interface Registered {
  keys: readonly RegisteredKey[];
  client: KeyClient;
}

/** The keys are read first: what is attached by then is among them. An application that is gone is refused as such. */
export async function registeredOf(work: Work): Promise<Registered> {
  const tenant = await work.tenant();
  const keys = await tenant.keys().catch(async (error: unknown) => {
    if (hasCode(error, "not-found")) await keyClient(work);
    throw error;
  });
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
