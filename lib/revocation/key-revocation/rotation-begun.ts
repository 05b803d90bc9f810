import type { Instant } from "../../history/history.ts";
import type { Stored } from "../../history/update-row.ts";
import type { Key, Table } from "../../store/table.ts";
import { incidentPartition } from "../incident/incident.ts";

/** `INCIDENT#<id>`, `ROTATING-KEY`: that a request to rotate the signing keys was about to be sent. */
export interface RotationBegun {
  /** The key that was the current one. */
  kid: string;
  /** Until then it may still be under way, whoever died over it. */
  until: Instant;
}

const begunKey = (incident: string): Key => ({ partition: incidentPartition(incident), sort: "ROTATING-KEY" });

export const readBegun = (table: Table, incident: string): Promise<Stored<RotationBegun> | undefined> =>
  table.get<RotationBegun>(begunKey(incident));

/** False, with nothing written, when somebody else was faster: of two who would rotate one does. */
export const begin = (table: Table, incident: string, begun: RotationBegun, version: number): Promise<boolean> =>
  table.put(begunKey(incident), begun, { ifVersion: version });
