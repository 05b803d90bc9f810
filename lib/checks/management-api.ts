import type { ResourceServer } from "../auth0/resources/resource-server.ts";
import { managementAudience } from "../auth0/tenant-address.ts";
import { isUnreadable } from "../model/reported.ts";
import { type NotSaid, notReported, type Outcome, unknown, unreadable, worstOf } from "./outcome.ts";
import { tenantResource } from "./resources.ts";

/**
 * Judges the Management API's own entry among the tenant's APIs. Auth0 reserves its identifier, so whatever bears it
 * is the Management API; where nothing does, nobody knows how it is set.
 */
export function* judgeManagementApi(
  servers: readonly ResourceServer[],
  domain: string,
  judge: (server: ResourceServer) => Outcome,
): Iterable<Outcome> {
  const found = servers.filter(({ identifier }) => identifier === managementAudience(domain));
  if (found.length === 0) yield unknown(tenantResource(domain), whyMissing(servers));
  yield* found.map(judge);
}

/** An API whose identifier cannot be read may be the one. */
function whyMissing(servers: readonly ResourceServer[]): NotSaid {
  const odd = servers.map(({ identifier }) => identifier).filter(isUnreadable);
  return (
    worstOf(odd.map((value) => unreadable("identifier of an API", value))) ??
    notReported("the Management API is not among the tenant's APIs")
  );
}
