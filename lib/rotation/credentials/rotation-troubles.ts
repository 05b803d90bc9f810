import type { RotationTrouble } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import { failing } from "../ledger/failing.ts";
import { listRotations } from "../ledger/ledger.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";

/** Which of a tenant's credentials cannot be rotated, by client id. */
export async function rotationTroubles(table: Table, tenant: string): Promise<ReadonlyMap<string, RotationTrouble>> {
  const records = await listRotations(table, tenant);
  return new Map(
    records.flatMap((record) => {
      const trouble = troubleOf(record);
      return trouble ? [[record.clientId, trouble]] : [];
    }),
  );
}

function troubleOf(record: RotationRecord): RotationTrouble | undefined {
  if (record.held) return { state: "held", since: record.held.since, message: record.held.message };
  const failure = failing(record);
  return failure && { state: "failing", since: failure.at, message: failure.message };
}
