import { beforeMoment } from "../rotation/bounded-parts.ts";
import type { IncidentParts } from "./parts.ts";
import type { ResponderTenant } from "./ports.ts";

/** Kept free for writing down what a step came to. Milliseconds. */
const RECORDING = 10_000;

/**
 * The same tenant, but no call begins shortly before the deadline or is waited for beyond that: so one that hangs ends
 * while there is still time to write down what is missing. Each rejects then with CurfewError `timed-out`, retryable.
 *
 * The log is not bounded: who reads it looks at the clock between its pages.
 */
export function boundedResponder({
  tenant,
  clock,
  deadline,
}: Pick<IncidentParts, "tenant" | "clock" | "deadline">): ResponderTenant {
  const within = <T>(call: () => Promise<T>): Promise<T> => beforeMoment(clock, deadline - RECORDING, call);
  return {
    client: () => within(() => tenant.client()),
    setGrantTypes: (types) => within(() => tenant.setGrantTypes(types)),
    keys: () => within(() => tenant.keys()),
    attachKeys: (ids) => within(() => tenant.attachKeys(ids)),
    grants: () => within(() => tenant.grants()),
    organizationsOf: (id) => within(() => tenant.organizationsOf(id)),
    deleteGrant: (id) => within(() => tenant.deleteGrant(id)),
    createGrant: (grant) => within(() => tenant.createGrant(grant)),
    addOrganization: (id, organization) => within(() => tenant.addOrganization(id, organization)),
    apis: () => within(() => tenant.apis()),
    signingKeys: () => within(() => tenant.signingKeys()),
    rotateSigningKey: () => within(() => tenant.rotateSigningKey()),
    revokeSigningKey: (kid) => within(() => tenant.revokeSigningKey(kid)),
    networkAcls: () => within(() => tenant.networkAcls()),
    createNetworkAcl: (description, egress) => within(() => tenant.createNetworkAcl(description, egress)),
    deleteNetworkAcl: (id) => within(() => tenant.deleteNetworkAcl(id)),
    lastLogEvent: (before) => within(() => tenant.lastLogEvent(before)),
    logEvents: (from) => tenant.logEvents(from),
    tokenFor: (login, audience) => within(() => tenant.tokenFor(login, audience)),
    renewToken: () => within(() => tenant.renewToken()),
    isFormerTokenAccepted: () => within(() => tenant.isFormerTokenAccepted()),
  };
}
