import type { Client, ClientAuthentication } from "../../auth0/resources/client.ts";
import type { ClientGrant } from "../../auth0/resources/client-grant.ts";
import { attachedTo } from "../../auth0/resources/revoked-client.ts";
import type { Inventory, Section } from "../../inventory/inventory.ts";
import { readable } from "../../model/reported.ts";
import type { Table } from "../../store/table.ts";
import { addedBetween, ownKeysOf, saysHow } from "../contain/added.ts";
import type { Incident } from "../incident/incident.ts";
import type { NewGrant, RevokedClient } from "../ports.ts";
import type { NotCompared } from "./compare.ts";

/** What the application had at the first look. */
export interface Had {
  /** Undefined where it is not stored. */
  client: RevokedClient | undefined;
  grants: readonly NewGrant[];
  /** That not all grants are stored. */
  isPart?: boolean;
}

/** Something of it that the last inventory from before does not have. */
export interface Gained {
  /** In words that end a sentence: what it got. */
  what: string;
  /** The id of a key or a certificate, or of another way to authenticate; absent of everything else. */
  credential?: string;
}

/** What the application got before the first look. The comparison with the tenant as it is now cannot see it. */
export interface SinceAudit {
  /** Absent where there is no inventory to compare with. */
  gained?: readonly Gained[];
  notCompared: readonly NotCompared[];
}

/**
 * Compares what the application had at the first look with an inventory from before the leak. What Curfew registered for
 * it is its own. What the inventory has in a form that nobody documented counts as not there: better named than missed.
 *
 * @throws CurfewError `store-failed`
 */
export async function sinceAudit(
  had: Had,
  before: Inventory,
  incident: Pick<Incident, "tenant" | "clientId">,
  table: Table,
): Promise<Required<SinceAudit>> {
  const clients = ownOf(before.clients, incident);
  if (clients?.length === 0) return { gained: [{ what: "all that it has: it is not there itself" }], notCompared: [] };
  const own = await ownKeysOf(incident, table);
  const given = ofCredentials(had.client, clients?.[0], ownOf(before.clientAuthentication, incident)?.[0]);
  const compared = [
    { section: "clientGrants", found: ofGrants(had.grants, ownOf(before.clientGrants, incident)) },
    { section: "clientGrants", found: had.grants.some(isForSome) ? IN_DETAIL : [] },
    { section: "clientGrants", found: had.isPart ? NOT_ALL : [] },
    { section: "clients", found: ofTypes(had.client, clients?.[0]) },
    { section: "clientAuthentication", found: given },
  ] as const;
  const gained = compared.flatMap(({ found }): readonly Gained[] => (typeof found === "string" ? [] : found));
  return {
    gained: gained.filter(({ credential }) => credential === undefined || !own.includes(credential)),
    notCompared: compared.flatMap(({ section, found }) =>
      typeof found === "string" ? [{ section, why: `of the application itself, ${found}` }] : [],
    ),
  };
}

const NOT_KEPT = "what it had at the first look is not stored";
const NOT_ALL = "not all grants that it had at the first look are stored";
const NOT_READ = "the last inventory from before does not say it";
const IN_DETAIL = "since when its grants count for their organizations or authorization details is in no inventory";

/** Undefined where the section is not there whole. */
const ownOf = <T extends { client_id?: unknown }>(
  section: Section<readonly T[]> | undefined,
  { clientId }: Pick<Incident, "clientId">,
): readonly T[] | undefined =>
  section?.status === "complete" ? section.data.filter((one) => one.client_id === clientId) : undefined;

const isForSome = ({ organizations, authorizationDetailsTypes = [] }: NewGrant): boolean =>
  organizations.length + authorizationDetailsTypes.length > 0;

function ofGrants(had: Had["grants"], known: readonly ClientGrant[] | undefined): Gained[] | string {
  if (!known) return NOT_READ;
  return had.flatMap((grant) => ofGrant(grant, known));
}

/** By audience and kind of subject, as Auth0 tells them apart: one that was deleted and made anew is the same. */
function ofGrant(grant: NewGrant, all: readonly ClientGrant[]): Gained[] {
  const { audience, scopes, subjectType = "client", allowsAnyOrganization } = grant;
  const allowsAll = grant.allowsAllScopes === true;
  const name = subjectType === "client" ? audience : `${audience} (for ${subjectType})`;
  const known = all.find(
    (one) => one.audience === audience && (readable(one.subject_type) ?? "client") === subjectType,
  );
  if (!known) return [{ what: `the grant for ${name}: ${allowsAll ? "all scopes" : some(scopes)}` }];
  const before = readable(known.scope) ?? [];
  const more = known.allow_all_scopes === true ? [] : scopes.filter((scope) => !before.includes(scope));
  const parts = [
    ...(allowsAll && known.allow_all_scopes !== true ? ["all scopes"] : more.length > 0 ? [some(more)] : []),
    ...(allowsAnyOrganization === true && known.allow_any_organization !== true ? ["any organization"] : []),
    ...moreUsage(grant, readable(known.organization_usage)),
  ];
  return parts.length === 0 ? [] : [{ what: `${parts.join("; ")} for ${name}` }];
}

/**
 * With `deny` no token names an organization, with `require` every one does, with `allow` both may be: each change is
 * a gain but one from `allow`. Source: Auth0 documentation, "Configure your application for M2M access".
 */
function moreUsage({ organizationUsage = "deny" }: NewGrant, before = "deny"): string[] {
  if (organizationUsage === before || before === "allow") return [];
  return [before === "require" ? "tokens without an organization" : `organizations: ${organizationUsage}`];
}

/** Names in one line. */
const MOST_NAMES = 12;

const some = (names: readonly string[]): string => {
  const rest = names.length - MOST_NAMES;
  if (names.length === 0) return "no scopes";
  return `${names.slice(0, MOST_NAMES).join(" ")}${rest > 0 ? ` and ${rest} more` : ""}`;
};

function ofTypes(had: Had["client"], known: Client | undefined): Gained[] | string {
  if (!had?.grantTypes) return NOT_KEPT;
  const before = known && readable(known.grant_types);
  if (!before) return NOT_READ;
  const more = had.grantTypes.filter((type) => !before.includes(type));
  return more.length === 0 ? [] : [{ what: `the grant type ${more.join(" ")}` }];
}

function ofCredentials(
  had: Had["client"],
  known: Client | undefined,
  authentication: ClientAuthentication | undefined,
): Gained[] | string {
  if (!had || !saysHow(had)) return NOT_KEPT;
  if (!known || !authentication) return NOT_READ;
  const before = {
    tokenEndpointAuthMethod: readable(known.token_endpoint_auth_method),
    ...attachedTo(authentication),
  };
  if (!saysHow(before)) return NOT_READ;
  return addedBetween(before, had).map(({ id, what }) => ({ what, credential: id }));
}
