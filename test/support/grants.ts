import { clientGrant } from "../../lib/auth0/resources/client-grant.ts";
import { networkAcl } from "../../lib/auth0/resources/network-acl.ts";
import { DOMAIN } from "./inventory.ts";

// Builders of grants and network rules: the fields as Auth0 would send them, read through the adapter's own slices.

type Answer = Readonly<Record<string, unknown>>;

/** What identifies the Management API of the tenant that tests are about. */
export const MANAGEMENT = `https://${DOMAIN}/api/v2/`;

/** An API of the tenant's own. */
export const ORDERS = "https://orders.acme.example";

/** A grant of two reading scopes for the Management API. */
export const aGrant = (answer: Answer = {}) =>
  clientGrant.parse({
    id: "cgr_1",
    client_id: "client-1",
    audience: MANAGEMENT,
    scope: ["read:users", "read:clients"],
    subject_type: "client",
    ...answer,
  });

/** A network ACL that lets only one address reach the Management API. */
export const aNetworkAcl = (answer: Answer = {}, rule: Answer | null = {}) =>
  networkAcl.parse({
    id: "acl_1",
    description: "Own egress only",
    active: true,
    priority: 1,
    rule: rule && {
      scope: "management",
      action: { block: true },
      not_match: { ipv4_cidrs: ["203.0.113.7/32"] },
      ...rule,
    },
    ...answer,
  });

/** Text that strangers may choose: it must go through a check without harm, and never throw. */
export const HOSTILE = [
  "__proto__",
  "constructor",
  "toString",
  '<img src=x onerror=alert(1)>"',
  "\u202e\u0000\n=cmd",
  "  ",
];
