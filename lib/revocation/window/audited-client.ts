import type { Instant } from "../../history/history.ts";
import { MOST_DAYS_APART } from "../../history/lifetimes.ts";
import { isUnreadable } from "../../model/reported.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import type { AuditedInventory, Inventories, SeenInventory } from "../investigate/inventories.ts";
import { LONGEST_LIFETIME } from "./api-lifetimes.ts";

/** `INCIDENT#<id>`, `AUDITED`: what the audits say of the application; see {@link APART}. */
export interface AuditedClient {
  /** What it could reach, by any of them. */
  audiences: readonly string[];
  /** How it got tokens, by any of them that says so. */
  grantTypes: readonly string[];
  /** When they looked, the newest first. */
  looks: readonly Instant[];
  /** What ended before is not read yet; 0 where there is nothing more. */
  readBackTo: Instant;
}

const DAY = 86_400_000;

/**
 * Of audits that ended closer together than this only the later one is read. Of daily ones each is, also where
 * one takes longer than the next, at whatever hour they run. Milliseconds.
 */
const APART = DAY / 2;

/**
 * What the audits saw of the application, back to one from before the oldest token that may work: a grant that is gone
 * by now left tokens behind. Each is read once: an inventory of a large tenant has tens of megabytes.
 *
 * @param inventories absent where nobody reads: then what was read before is all there is
 */
export async function auditedClient(
  { id, clientId, openedAt }: Incident,
  table: Table,
  inventories?: Pick<Inventories, "before">,
): Promise<AuditedClient> {
  const key = { partition: incidentPartition(id), sort: "AUDITED" };
  const kept = await table.get<AuditedClient>(key);
  let known = kept?.value ?? { audiences: [], grantTypes: [], looks: [], readBackTo: openedAt };
  while (
    inventories &&
    known.readBackTo > 0 &&
    (known.looks.at(-1) ?? openedAt) > openedAt - LONGEST_LIFETIME * 1_000
  ) {
    known = withAudit(known, await inventories.before(known.readBackTo), clientId);
    await table.put<AuditedClient>(key, known);
  }
  return known;
}

function withAudit(known: AuditedClient, seen: AuditedInventory | undefined, clientId: string): AuditedClient {
  if (!seen || seen.finishedAt >= known.readBackTo) return { ...known, readBackTo: 0 };
  const readBackTo = seen.finishedAt - APART;
  const audiences = audiencesOf(seen, clientId);
  // One that does not say what it could reach has not looked.
  if (!audiences) return { ...known, readBackTo };
  return {
    audiences: [...new Set([...known.audiences, ...audiences])],
    grantTypes: [...new Set([...known.grantTypes, ...grantTypesOf(seen, clientId)])],
    looks: [...known.looks, seen.at],
    readBackTo,
  };
}

/**
 * Whether somebody saw what the application could reach at any time since a moment: by audits that are no further apart
 * than they may be, or in the tenant's log.
 *
 * @param firstLook the incident's own
 * @param logFrom from when on the log was read
 */
export function isSeenSince(since: Instant, firstLook: Instant, looks: readonly Instant[], logFrom: Instant): boolean {
  const all = [firstLook, ...looks, Number.NEGATIVE_INFINITY];
  return all.slice(1).every((from, index) => {
    const until = all[index] ?? firstLook;
    const isNear = until - from <= MOST_DAYS_APART * DAY;
    return isNear || Math.max(from, since) >= Math.min(until, logFrom);
  });
}

function grantTypesOf({ inventory: { clients } }: SeenInventory, clientId: string): readonly string[] {
  const types =
    clients?.status === "complete" ? clients.data.find((one) => one.client_id === clientId)?.grant_types : undefined;
  return Array.isArray(types) ? types : [];
}

/** Grants with `default_for` count for third-party applications, and this may have been one. */
function audiencesOf({ inventory: { clientGrants: grants } }: SeenInventory, clientId: string): string[] | undefined {
  if (grants?.status !== "complete") return undefined;
  const own = grants.data.filter((grant) => grant.client_id === clientId || grant.default_for !== undefined);
  const audiences = own.map(({ audience }) => audience);
  return audiences.some((audience) => audience === undefined || isUnreadable(audience))
    ? undefined
    : audiences.filter((audience) => typeof audience === "string");
}
