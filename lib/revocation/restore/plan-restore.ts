import { harmless } from "../../alerts/harmless-text.ts";
import type { Client } from "../../auth0/resources/client.ts";
import type { Table } from "../../store/table.ts";
import type { Proposal } from "../approvals/asked.ts";
import { addedTo, saysHow } from "../contain/added.ts";
import { FOR_ITSELF } from "../contain/known-client.ts";
import { type Incident, isComplete } from "../incident/incident.ts";
import { isLeftHalfway, laterOnes } from "../incident/later.ts";
import { mayHaveAcl } from "../incident/network-rule.ts";
import { type PreservedPart, readPreserved, readPreservedGrants } from "../incident/preserve.ts";
import { sharersOf, toldBy } from "../incident/sharers.ts";
import { cleanUntil } from "../investigate/before-first-look.ts";
import type { Inventories, SeenInventory } from "../investigate/inventories.ts";
import { readInvestigation } from "../investigate/investigation-record.ts";
import { sinceAudit } from "../investigate/since-audit.ts";
import type { IncidentParts } from "../parts.ts";
import type { RevokedClient, RevokedGrant } from "../ports.ts";
import { readWatch } from "../watch/watch-record.ts";
import { momentBefore } from "../window/window-text.ts";
import { type JudgedTenant, judgeGrants, type RestoreRules } from "./judge-grants.ts";
import { ownScopes } from "./own-scopes.ts";
import type { RestorePlan } from "./restore-plan.ts";
import { restoreLines } from "./restore-text.ts";

/** What a plan is made from. */
export type PlanningParts = Pick<IncidentParts, "table" | "clock" | "settings"> & {
  inventories: Pick<Inventories, "before">;
};

/**
 * What would be given back: what was there before anything was taken away, without what the tenant's policy finds too
 * much. What came after the first look was planted or put back, and is never offered.
 *
 * Auth0 is not asked: what is there now makes no difference to what may be there. What else somebody gave it to
 * authenticate with is part of the plan, as watching saw it last: so nobody lets that in who has not read it.
 */
export async function planRestore(
  incident: Incident,
  rules: RestoreRules,
  parts: PlanningParts,
): Promise<Proposal<RestorePlan>> {
  const { table, settings, clock } = parts;
  const kept = <T>(part: PreservedPart): Promise<T | undefined> => readPreserved<T>(table, incident, part);
  const client = await kept<RevokedClient>("client");
  const types = await kept<readonly string[] | null>("grant-types");
  const ids = await kept<readonly string[]>("grant-ids");
  const grants = (await readPreservedGrants<RevokedGrant>(table, incident)).filter(({ isSystem }) => !isSystem);
  const sharers = await sharersOf(table, incident);
  const later = await laterOnes(table, incident);
  const seen = await parts.inventories.before(await cleanUntil(incident, table));
  const audited = seenBefore(seen, incident.clientId);
  const judged = judgeGrants(
    grants,
    {
      name: settings.tenant,
      domain: settings.domain,
      client: client ?? unknownClient(incident.clientId),
      seen: audited,
      needed: ownScopes(settings.own.get(incident.clientId)),
      now: clock.now(),
    },
    rules,
  );
  const added = addedTo(incident);
  const plan: RestorePlan = {
    clientId: incident.clientId,
    grantTypes: types?.includes(FOR_ITSELF) ? [FOR_ITSELF] : [],
    grants: judged.grants,
    networkAcl: sharers.some(mayHaveAcl),
    ...(added.length > 0 ? { added } : {}),
  };
  const remarks = [
    ...(seen ? await newSince(seen, incident, { client, plan }, table) : []),
    ...judged.remarks,
    ...(audited?.client ? [] : [seen ? NOT_AUDITED : NO_AUDIT]),
    ...(types === undefined || types === null || sharers.some(({ steps: { lock } }) => toldBy(lock).length > 0)
      ? ["Which grant types it had is not stored: give client_credentials back by hand if it had it."]
      : []),
    ...unstored(sharers, ids, grants),
    ...(client && saysHow(client) ? [] : [NOT_COMPARED]),
    ...reportedSince(incident, later),
    ...(isLeftHalfway(incident, later) ? [HALFWAY] : []),
  ];
  const investigation = (await readInvestigation(table, incident.id))?.value;
  const uses = [...(investigation?.uses ?? []), ...((await readWatch(table, incident.id))?.value.counted ?? [])];
  return { plan, lines: restoreLines(plan, judged.leftOut, remarks, uses, investigation?.isRead === true) };
}

/**
 * What is offered, or stays, and is not in the last audit from before: whoever had what leaked may have given it. It is no
 * part of the plan, which names all of it; what was added since the first look is.
 */
async function newSince(
  { at, inventory }: SeenInventory,
  incident: Incident,
  { client, plan }: { client: RevokedClient | undefined; plan: RestorePlan },
  table: Table,
): Promise<string[]> {
  const staying = client?.grantTypes?.filter((type) => type !== FOR_ITSELF);
  const grantTypes = staying && [...plan.grantTypes, ...staying];
  const had = { client: client && { ...client, grantTypes }, grants: plan.grants };
  const { gained, notCompared } = await sinceAudit(had, inventory, incident, table);
  const isSaid = (id: string | undefined): boolean => plan.added?.some((one) => one.id === id) ?? false;
  const audit = `the audit of ${momentBefore(at)}, the last one from before`;
  return [
    ...gained.flatMap(({ what, credential }) =>
      isSaid(credential) ? [] : [`NOT in ${audit}; say no, unless one of yours gave it: ${what}.`],
    ),
    ...notCompared.map(({ section, why }) => `Not compared with ${audit}: ${section}, ${why}.`),
  ];
}

/** What was reported since, by incidents that a person has ended: who agrees to give access back has to know of it. */
function reportedSince(incident: Incident, later: readonly Incident[]): string[] {
  const replaced = [incident, ...later].flatMap(({ steps: { rotate } }) =>
    isComplete(rotate) ? [rotate?.at ?? 0] : [],
  );
  return later.flatMap(({ id, openedAt, ended }) => {
    if (!ended) return [];
    const what = replaced.some((at) => at > openedAt) ? "was replaced" : "was NOT replaced";
    const who = `${harmless(ended.by, 200)} has ended that: ${harmless(ended.reason, 300)}`;
    return [`A leak was reported again, as ${id}; the credential ${what} since. ${who}`];
  });
}

/** Of grants that were there and could not be stored people were told: only they can give them back. */
function unstored(
  sharers: readonly Incident[],
  ids: readonly string[] | undefined,
  grants: readonly RevokedGrant[],
): string[] {
  const runs = sharers.map(({ steps: { contain } }) => contain);
  const lost = (ids ?? []).filter((id) => !grants.some((grant) => grant.id === id));
  if (lost.length > 0 || runs.some((run) => toldBy(run).length > 0)) return [TOLD];
  return ids === undefined && runs.some(isComplete) ? [UNREAD] : [];
}

const TOLD =
  "Not all grants could be stored; people were told what they were, in an alert of this incident: give those back by hand.";

const NO_AUDIT =
  "No audit is kept from before the leak, so nobody knows whether the application is a third party's, or what it got before the first look.";

const NOT_AUDITED =
  "The last audit from before the leak has not read the application, so nobody knows whether it is a third party's.";

const NOT_COMPARED =
  "What it authenticated with at the first look is not known, so nobody knows what was added since: look at its credentials yourself.";

const HALFWAY =
  "It may be open: it was about to be unlocked when a person ended that. A yes is one to that, and a no locks it again at once.";

const UNREAD =
  "Which grants were there at the first look is not stored yet, so some may be missing: say no, and you are asked again once it is.";

/** Nothing is known of it that would speak against it, and a remark says so. */
const unknownClient = (clientId: string): RevokedClient => ({
  clientId,
  isGlobal: false,
  name: undefined,
  appType: undefined,
  tokenEndpointAuthMethod: undefined,
  grantTypes: undefined,
  attachedKeys: undefined,
});

function seenBefore(seen: SeenInventory | undefined, clientId: string): JudgedTenant["seen"] {
  const { clients, clientGrants } = seen?.inventory ?? {};
  if (clients?.status !== "complete" || clientGrants?.status !== "complete") return undefined;
  const client: Client | undefined = clients.data.find((one) => one.client_id === clientId);
  return { client, grants: clientGrants.data };
}
