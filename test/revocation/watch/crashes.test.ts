import { describe, expect, it } from "vitest";
import type { Alert } from "../../../lib/alerts/alert.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { readIncident } from "../../../lib/revocation/incident/incidents.ts";
import type { IncidentParts } from "../../../lib/revocation/parts.ts";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { watchTurn } from "../../../lib/revocation/watch/watch.ts";
import type { Table } from "../../../lib/store/table.ts";
import { mortalTable } from "../../support/mortal-table.ts";
import { logEvent, MINUTE, SECOND, THREE_AM } from "../support.ts";
import { LATER, watched } from "./watched.ts";

/** When the log is read: uses of the last minute may be held. */
const NOW = THREE_AM + 10 * MINUTE - 4 * SECOND;

/** Parts of a process that dies at its `nth` write: before it, or after it was done. Then nothing of it works. */
function dyingParts(
  parts: IncidentParts,
  nth: number,
  isDone: boolean,
): { parts: IncidentParts; isDead: () => boolean } {
  let writes = 0;
  let isDead = false;
  const alive = (): void => {
    if (isDead) throw new CurfewError("store-failed", "This process has died.");
  };
  const { table, publisher } = parts;
  const dying: Table = {
    ...mortalTable(table, alive),
    put: async (key, value, options) => {
      alive();
      writes += 1;
      isDead = writes === nth;
      if (isDead && isDone) await table.put(key, value, options);
      alive();
      return table.put(key, value, options);
    },
  };
  const publish = async (alert: Alert): Promise<void> => {
    alive();
    await publisher.publish(alert);
  };
  return { parts: { ...parts, table: dying, publisher: { publish } }, isDead: () => isDead };
}

describe("whoever dies in a turn", () => {
  const restored = { at: THREE_AM + 5 * MINUTE, stoppedAt: THREE_AM + 5 * MINUTE, isOpen: true } as const;
  it.each([
    { title: "contained", changes: {}, tokenId: undefined, at: LATER },
    { title: "restored, and uses held for a turn", changes: { restored }, tokenId: "old", at: NOW },
  ])("loses nothing that is to be told, and tells nothing twice under another id: $title", async (row) => {
    const { changes, tokenId, at } = row;
    let cases = 0;
    for (let nth = 1, isOver = false; !isOver; nth += 1) {
      for (const isDone of [false, true]) {
        const { tenant, parts, turn, heard, clock, incident, table } = await watched(changes);
        const use = (second: number): LogEvent =>
          logEvent(at + second * SECOND, { tokenId, request: { method: "post", path: `/api/v2/${second}` } });
        tenant.pageSize = 2;
        tenant.log = [0, 1, 2].map(use);
        if (tokenId !== undefined) {
          await turn();
          expect(heard).toEqual([]);
          await clock.run(clock.sleep(2 * MINUTE));
        }
        const dying = dyingParts(parts, nth, isDone);
        const turned = clock.run(watchTurn(await readIncident(table, incident.id), dying.parts));
        const died = await turned.then(
          () => false,
          () => true,
        );
        isOver = !dying.isDead();
        expect(died).toBe(!isOver);
        tenant.log.push(use(3));
        await turn();
        await turn();

        const distinct = new Map(heard.map((alert) => [alert.id, alert]));
        for (const alert of heard) expect(alert).toEqual(distinct.get(alert.id));
        const lines = [...distinct.values()].flatMap(({ items }) => items);
        expect(lines.sort()).toEqual([0, 1, 2, 3].map((second) => `1 time: POST /api/v2/${second}, from 198.51.100.7`));
        cases += 1;
      }
    }
    console.info(`a turn of watching, ${row.title}: ${cases} deaths, 0 alerts lost`);
  });

  it("sends later what could not be sent", async () => {
    const { tenant, turn, heard, refuse } = await watched();
    tenant.log = [logEvent(LATER)];
    refuse(new CurfewError("service-failed", "SNS did not take it."));
    await turn();
    expect(heard).toEqual([]);
    refuse(undefined);
    await turn();
    await turn();

    expect(heard).toHaveLength(1);
  });
});
