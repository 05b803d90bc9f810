import type { RotationParts } from "../../rotation/parts.ts";
import type { RegisteredKey } from "../../rotation/ports.ts";
import type { Table } from "../../store/table.ts";
import type { PreservedKeys } from "../contain/look.ts";
import type { Incident } from "../incident/incident.ts";
import { readPreserved } from "../incident/preserve.ts";
import { readTry, targetOfIncident } from "./rotation-of-incident.ts";

/**
 * Which of an application's keys are suspected: the one that a person named, or all, where nobody knows which it was. A
 * name that no key was ever seen to have may be mistyped: then nobody knows it either.
 */
export type Suspects = string | undefined;

export const isSuspect = ({ id, kid }: Pick<RegisteredKey, "id" | "kid">, leaked: Suspects): boolean =>
  leaked === undefined || id === leaked || kid === leaked;

/** Whether a key that a person named is one that Curfew has seen: at the first look, or when it was replaced. */
export async function wasSeen(incident: Incident, named: string, table: Table): Promise<boolean> {
  if ((await readTry({ table }, incident))?.suspect === named) return true;
  const first = await readPreserved<PreservedKeys>(table, incident, "keys");
  return first?.keys.some((key) => isSuspect(key, named)) === true;
}

/** See {@link Suspects}; looks at the keys that are registered now where the named one was not seen before. */
export async function suspectsOf(incident: Incident, rotation: RotationParts): Promise<Suspects> {
  const { leakedKey } = incident;
  if (leakedKey === undefined || (await wasSeen(incident, leakedKey, rotation.table))) return leakedKey;
  const anyone = targetOfIncident(incident, "", "private-key", rotation.clock.now());
  const keys = await (await rotation.tenant(anyone)).keys();
  return keys.some((key) => isSuspect(key, leakedKey)) ? leakedKey : undefined;
}
