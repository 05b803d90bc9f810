import type { Client } from "../auth0/resources/client.ts";
import type { ClientGrant } from "../auth0/resources/client-grant.ts";
import { managementAudience } from "../auth0/tenant-address.ts";
import { isUnreadable } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";
import { grantResource } from "./grant-resource.ts";
import { type NotSaid, notReported, type Outcome, unknown, unreadable } from "./outcome.ts";

/** A client grant under judgement. */
export interface JudgedGrant {
  grant: ClientGrant;
  resource: Resource;
}

/** What a check says about a grant; nothing (`undefined`) where it does not apply. */
type Judge = (judged: JudgedGrant) => Outcome | undefined;

/**
 * Judges every grant that somebody in the tenant made. Those with `is_system` are left out: Auth0 creates them for
 * features of its own and lets nobody change or delete them (Auth0's SDK, `ClientGrant.is_system`), so a finding
 * about one could never be mended. Where the flag cannot be read, the grant is judged.
 */
export function* judgeGrants(grants: readonly ClientGrant[], judge: Judge): Iterable<Outcome> {
  for (const grant of grants) {
    if (grant.is_system === true) continue;
    const outcome = judge({ grant, resource: grantResource(grant) });
    if (outcome) yield outcome;
  }
}

/** Judges the grants for the tenant's Management API. A grant whose API is not reported may be one of them. */
export const judgeManagementGrants = (
  grants: readonly ClientGrant[],
  domain: string,
  judge: Judge,
): Iterable<Outcome> =>
  judgeGrants(
    grants,
    whereApi((audience) => audience === managementAudience(domain), judge),
  );

/** Judges the grants for all other APIs, Auth0's My Account and My Organization APIs among them. */
export const judgeApiGrants = (grants: readonly ClientGrant[], domain: string, judge: Judge): Iterable<Outcome> =>
  judgeGrants(
    grants,
    whereApi((audience) => audience !== managementAudience(domain), judge),
  );

const whereApi =
  (applies: (audience: string) => boolean, judge: Judge): Judge =>
  (judged) => {
    const { audience } = judged.grant;
    if (isUnreadable(audience)) return unknown(judged.resource, unreadable("audience", audience));
    if (audience === undefined)
      return unknown(judged.resource, notReported("audience is missing, so nobody knows for which API it is"));
    return applies(audience) ? judge(judged) : undefined;
  };

/** Applications by their id. */
export type ClientIndex = ReadonlyMap<string, Client>;

export const indexClients = (clients: readonly Client[]): ClientIndex =>
  new Map(clients.map((client) => [client.client_id, client]));

/**
 * The application that a grant belongs to.
 *
 * @returns why it is not known: the list of applications is another request than the list of grants, so an
 * application that was created or deleted in between is in one and not in the other
 */
export function clientOf({ client_id: id }: ClientGrant, clients: ClientIndex): Client | { missing: NotSaid } {
  if (isUnreadable(id)) return { missing: unreadable("client_id", id) };
  if (id === undefined) return { missing: notReported("client_id is missing, so nobody knows whose grant it is") };
  return clients.get(id) ?? { missing: notReported("its application is not in the list of applications") };
}
