import { isOpen, type Proof, type RotationRecord } from "../../rotation/ledger/rotation-record.ts";
import type { RotationTarget } from "../../rotation/ledger/target.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import type { VersionId } from "../../rotation/ports.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import { namedKeys } from "../leak/named-key.ts";
import { readTry, versionMade } from "./rotation-of-incident.ts";
import { wasSeen } from "./suspects.ts";

/** `INCIDENT#<id>`, `DEAD`: that what leaked was proven dead when this version had replaced it. */
interface ProvenDead {
  version: VersionId;
}

const deadKey = ({ id }: Incident) => ({ partition: incidentPartition(id), sort: "DEAD" });

/**
 * Whether what leaked is proven dead: by a proof that the version which this incident made last is what replaced it. A
 * proof of a later incident or rotation is about what this one made. Where there was one it is kept: a later one takes
 * its place in the ledger.
 *
 * @returns null where it is dead; why that is not provable, in a sentence; undefined where nothing says anything of it
 * @throws CurfewError `store-failed`
 */
export async function whyNotDead(
  incident: Incident,
  record: RotationRecord | undefined,
  table: Table,
): Promise<string | null | undefined> {
  const made = await versionMade({ table }, incident);
  if (made === undefined) return undefined;
  if ((await table.get<ProvenDead>(deadKey(incident)))?.value.version === made) return null;
  const hopeless = record?.aftercare.find((care) => !isOpen(care))?.notProvable;
  if (hopeless !== undefined || record?.lastProof?.current !== made) return hopeless;
  return whyNotOfLeaked(incident, record.lastProof, record.kind, table);
}

/**
 * What the proof of the incident's rotation says of what leaked: that it is dead, or why nobody can prove that. A proof
 * is about what was stored; what leaked may be another secret that somebody set, or another one of several keys.
 *
 * @returns null where it is dead, else why that is not provable, in a sentence
 * @throws CurfewError `store-failed`
 */
async function whyNotOfLeaked(
  incident: Incident,
  proof: Proof,
  kind: RotationRecord["kind"],
  table: Table,
): Promise<string | null> {
  if (kind === "client-secret") return proof.wasAccepted ? null : NOT_SEEN;
  const asked = proof.keys ?? [];
  for (const name of namedKeys(incident).reverse()) {
    if (asked.includes(name)) continue;
    if (await wasSeen(incident, name, table)) return NOT_STORED;
    if (name === incident.leakedKey) return NOT_AMONG;
  }
  if (incident.leakedKey !== undefined) return null;
  const { attached = [] } = (await readTry({ table }, incident)) ?? {};
  return attached.every((id) => asked.includes(id)) ? null : OTHERS;
}

const NOT_SEEN =
  "Auth0 was not seen to accept the stored one before it was replaced, so what leaked may be another one that nobody stored.";
const NOT_STORED = "A key that leaked is not attached any more, and nobody can ask about it, since it was not stored.";
const NOT_AMONG =
  "The key that is said to have leaked was not among those that Curfew saw, so which one did is not known: all that it had are replaced, and nobody can ask about that one.";
const OTHERS =
  "The application had other keys that may have leaked; they are not attached any more, and nobody can ask about them, since they were not stored.";

/** What is known of the old credential, once nothing is left to do with it. */
export async function aboutOld(
  incident: Incident,
  { target: { kind }, version, isFirst }: { target: RotationTarget; version: VersionId; isFirst: boolean },
  record: RotationRecord | undefined,
  { table }: Pick<RotationParts, "table">,
): Promise<string> {
  const why = await whyNotDead(incident, record, table);
  if (why === null) await table.put<ProvenDead>(deadKey(incident), { version });
  if (why === null) return "The old one is proven dead.";
  if (why !== undefined && record?.lastProof?.current === version) {
    return `The one that was stored is proven dead; that what leaked is dead is not provable: ${why}`;
  }
  if (why !== undefined) return `That the old one is dead is not provable: ${why}`;
  if (isFirst && kind === "private-key") return "Its other keys that may have leaked are detached and deleted.";
  return "That the old one is dead is not provable here, since it was not stored: whoever has it can try it.";
}
