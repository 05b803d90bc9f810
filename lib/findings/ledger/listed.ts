import type { Check } from "../../checks/define-check.ts";
import type { Inventory, SectionName, Sections } from "../../inventory/inventory.ts";
import type { CheckResult } from "../../model/finding.ts";
import type { ResourceType } from "../../model/resource.ts";
import type { Listed, RunRecord } from "./run-record.ts";

/** How the resources of a section that lists all of a kind are called. */
interface Listing<Name extends SectionName> {
  type: ResourceType;
  ids(data: Sections[Name]): string[];
}

/**
 * The sections that list a kind of resource to its end. The others do not: a tenant and its mail templates are always
 * there, and keys of applications are read only where a setting refers to one.
 */
const LISTINGS: { readonly [Name in SectionName]?: Listing<Name> } = {
  clients: { type: "client", ids: (clients) => clients.map(({ client_id }) => client_id) },
  resourceServers: { type: "resource-server", ids: (servers) => servers.map(({ id }) => id) },
  clientGrants: { type: "client-grant", ids: (grants) => grants.map(({ id }) => id) },
  signingKeys: { type: "signing-key", ids: (keys) => keys.map(({ kid }) => kid) },
  actions: { type: "action", ids: (actions) => actions.map(({ id }) => id) },
};

/** The sections that are read through the list of applications: over them a check may be about an application. */
const THROUGH_CLIENTS: readonly SectionName[] = ["clientAuthentication", "clientCredentials"];

/**
 * What an audit saw completely although a check over it could not be evaluated: what is not among it is gone.
 * Where every check was evaluated nobody needs a listing, for then the checks' silence says as much.
 */
export function listedOf(inventory: Inventory, results: readonly CheckResult[], checks: readonly Check[]): Listed {
  const silent = new Set(results.filter(({ status }) => status === "not-evaluated").map(({ id }) => id));
  const needed = new Set(checks.filter(({ id }) => silent.has(id)).flatMap(({ needs }) => needs));
  if (THROUGH_CLIENTS.some((name) => needed.has(name))) needed.add("clients");
  const listed = new Map<ResourceType, ReadonlySet<string>>();
  for (const name of Object.keys(LISTINGS) as (keyof typeof LISTINGS)[]) {
    if (needed.has(name)) addListing(listed, inventory, name);
  }
  return listed;
}

function addListing<Name extends SectionName>(
  listed: Map<ResourceType, ReadonlySet<string>>,
  inventory: Inventory,
  name: Name,
) {
  const listing = LISTINGS[name];
  const section = inventory[name];
  if (listing && section?.status === "complete")
    listed.set(listing.type, new Set(listing.ids(section.data as Sections[Name])));
}

/**
 * All ids of a record together have at most this many characters, for a row of DynamoDB holds 400 kB: about 3,000
 * applications, or 5,000 APIs. Above that a run does not tell what is gone; the next evaluation of the check does.
 */
const MOST_CHARACTERS = 120_000;

/** Listings as a record keeps them: whole or not at all, the shortest first. */
export function boundedListings(listed: Listed): RunRecord["listed"] {
  const listings = [...listed].map(([type, ids]) => ({ type, ids: [...ids].sort() }));
  const withSize = listings.map((listing) => ({
    ...listing,
    size: listing.ids.reduce((sum, id) => sum + id.length, 0),
  }));
  withSize.sort((a, b) => a.size - b.size || (a.type < b.type ? -1 : 1));
  let left = MOST_CHARACTERS;
  const kept: RunRecord["listed"] = {};
  for (const { type, ids, size } of withSize) {
    left -= size;
    if (left >= 0) kept[type] = ids;
  }
  return kept;
}
