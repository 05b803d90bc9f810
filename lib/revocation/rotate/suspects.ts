import type { RotationParts } from "../../rotation/parts.ts";
import type { RegisteredKey } from "../../rotation/ports.ts";
import type { Table } from "../../store/table.ts";
import type { PreservedKeys } from "../contain/look.ts";
import type { Incident } from "../incident/incident.ts";
import { readPreserved } from "../incident/preserve.ts";
import { isNamed, namedKeys } from "../leak/named-key.ts";
import { readTry, targetOfIncident } from "./rotation-of-incident.ts";

/**
 * Which of an application's keys are suspected: those that people named, or all, where nobody knows which it was. A name
 * that no key was ever seen to have may be mistyped: where it is the last one, nobody knows it either.
 */
export type Suspects = readonly string[] | undefined;

export const isSuspect = (key: Pick<RegisteredKey, "id" | "kid">, leaked: Suspects): boolean =>
  leaked === undefined || isNamed(key, leaked);

/** Whether a key that a person named is one that Curfew has seen: at the first look, or when it was replaced. */
export async function wasSeen(incident: Incident, named: string, table: Table): Promise<boolean> {
  if ((await readTry({ table }, incident))?.suspects?.includes(named)) return true;
  const first = await readPreserved<PreservedKeys>(table, incident, "keys");
  return first?.keys.some((key) => isNamed(key, [named])) === true;
}

/** See {@link Suspects}; looks at the keys that are registered now where the named one was not seen before. */
export async function suspectsOf(incident: Incident, rotation: RotationParts): Promise<Suspects> {
  const { leakedKey } = incident;
  if (leakedKey === undefined) return undefined;
  const names = namedKeys(incident);
  if (await wasSeen(incident, leakedKey, rotation.table)) return names;
  const anyone = targetOfIncident(incident, "", "private-key", rotation.clock.now());
  const keys = await (await rotation.tenant(anyone)).keys();
  return keys.some((key) => isNamed(key, [leakedKey])) ? names : undefined;
}
