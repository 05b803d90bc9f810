import { counted } from "../../alerts/harmless-text.ts";
import type { Instant } from "../../history/history.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, keeperOf } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { readPreserved, readPreservedGrants } from "../incident/preserve.ts";
import { sharersOf } from "../incident/sharers.ts";
import type { RevokedClient, RevokedGrant } from "../ports.ts";
import type { AuditedInventory, Inventories } from "./inventories.ts";
import { type Had, type SinceAudit, sinceAudit } from "./since-audit.ts";
import { withinBytes } from "./within-bytes.ts";

/**
 * The moment that an audit must have ended before to be clean. Incidents about one application keep its first look
 * together: an audit after that saw it without what was taken away.
 *
 * @throws CurfewError `store-failed`
 */
export async function cleanUntil(incident: Incident, table: Table): Promise<Instant> {
  const all = [...(await sharersOf(table, incident)), await readIncident(table, keeperOf(incident))];
  return Math.min(...all.map(({ leakedSince, openedAt }) => leakedSince ?? openedAt));
}

/** What is kept of the first look. */
async function firstLookOf(incident: Incident, table: Table): Promise<Had> {
  const ids = await readPreserved<readonly string[]>(table, incident, "grant-ids");
  const grants = await readPreservedGrants<RevokedGrant>(table, incident);
  return {
    client: await readPreserved<RevokedClient>(table, incident, "client"),
    grants: grants.filter(({ isSystem }) => !isSystem),
    isPart: !ids?.every((id) => grants.some((grant) => grant.id === id)),
  };
}

/** A row holds 400 KB, and the comparison of the tenant stands beside it. */
const MOST_BYTES = 40_000;

/** The last audit from before this leak saw it as the other incident had left it. */
const NO_AUDIT = (["clientGrants", "clients", "clientAuthentication"] as const).map((section) => ({
  section,
  why: "of the application itself, no audit is kept from before another incident about it",
}));

/**
 * What the application got before the first look. One that keeps its grants still shows them in the tenant as it is now.
 *
 * @param before the last audit from before this incident's leak
 * @throws CurfewError `store-failed`
 */
export async function beforeFirstLook(
  incident: Incident,
  before: AuditedInventory,
  inventories: Pick<Inventories, "before">,
  table: Table,
): Promise<{ sinceAudit?: SinceAudit }> {
  if (!incident.leak?.levers.includes("contain")) return {};
  const clean = await cleanUntil(incident, table);
  const audit = before.finishedAt < clean ? before : await inventories.before(clean);
  if (!audit) return { sinceAudit: { notCompared: NO_AUDIT } };
  const { gained, notCompared } = await sinceAudit(
    await firstLookOf(incident, table),
    audit.inventory,
    incident,
    table,
  );
  const kept = withinBytes(gained, MOST_BYTES);
  const others = gained.length - kept.length;
  return {
    sinceAudit: { gained: others === 0 ? kept : [...kept, { what: counted(others, "more thing") }], notCompared },
  };
}
