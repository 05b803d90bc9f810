import type { NetworkAcl } from "../../auth0/resources/network-acl.ts";
import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { AUTH0_MANAGEMENT_TOKENS } from "../grant-references.ts";
import { fail, type NotSaid, notReported, pass, undocumented, unknown, unreadable, worstOf } from "../outcome.ts";
import { tenantResource } from "../resources.ts";

export default defineCheck({
  id: "grant.management.no-ip-allowlist",
  title: "The Management API can be reached from everywhere",
  why: "A Management API token cannot be revoked. A network rule that keeps strangers out is the one thing that makes a leaked token useless at once, and without it anybody who finds one can use it until it expires.",
  remediation: {
    summary:
      "Add a network ACL with the scope management that blocks everything but your own egress addresses; try it in monitoring mode first, because it can lock you out.",
    dashboard: "Security > Tenant Access Control List > create a rule for the Management API.",
    api: 'POST /api/v2/network-acls with { "description": "Management API from our egress only", "active": true, "priority": 1, "rule": { "scope": "management", "action": { "block": true }, "not_match": { "ipv4_cidrs": ["203.0.113.7/32"] } } }',
  },
  references: [
    {
      title: "Auth0: Tenant Access Control List",
      url: "https://auth0.com/docs/secure/tenant-access-control-list",
    },
    {
      title: "Auth0: Enable Monitoring Mode for Tenant ACL Rules",
      url: "https://auth0.com/docs/secure/tenant-access-control-list/enable-monitoring-mode",
    },
    AUTH0_MANAGEMENT_TOKENS,
  ],
  fix: "no",
  needs: ["networkAcls"],
  unit: null,
  // A new tenant has no network ACL, so by Auth0's own default no more than a note.
  limits: { baseline: "medium", strict: "medium", "auth0-default": "info" },
  *evaluate({ networkAcls }, severity, { domain }) {
    const tenant = tenantResource(domain);
    const judged = networkAcls.map(guards);
    const unclear = worstOf(judged.filter((answer) => typeof answer === "object"));
    // One rule that guards is enough, whatever could not be read of the others.
    if (judged.includes("yes")) yield pass(tenant);
    else if (unclear) yield unknown(tenant, unclear);
    else yield fail(tenant, { severity, message: describeAbsence(judged) });
  },
});

/** `monitoring` is a rule that would guard but only writes a log event, `allowing` one that turns nobody away. */
type Guard = "yes" | "no" | "monitoring" | "allowing" | NotSaid;

/** Whether an ACL guards the Management API: it is active, its rule has that scope, is enforced and turns somebody away. */
function guards({ active, rule }: NetworkAcl): Guard {
  if (active === false) return "no";
  if (rule === undefined) return notReported("rule is missing from a network ACL");
  if (isUnreadable(rule)) return unreadable("rule", rule);
  if (isUnreadable(rule.scope)) return unreadable("rule.scope", rule.scope);
  if (rule.scope !== "management") return "no";
  if (isUnreadable(active)) return unreadable("active", active);
  if (active === undefined) return notReported("active is missing from a network ACL");
  if (isUnreadable(rule.action)) return unreadable("rule.action", rule.action);
  if (rule.action === undefined) return notReported("rule.action is missing from a network ACL");
  return effectOf(rule.action);
}

/** What a rule does to the requests that it is for. */
function effectOf({ log, block, redirect, allow }: Readonly<Record<string, unknown>>): Guard {
  // In monitoring mode a rule's action is not executed (Auth0's documentation, "Enable Monitoring Mode").
  if (log === true) return "monitoring";
  if (block === true || redirect === true) return "yes";
  // What no rule is for passes, so a rule that allows some is an exemption from another and keeps nobody out itself.
  return allow === true ? "allowing" : undocumented("rule.action of a network ACL");
}

function describeAbsence(judged: readonly Guard[]): string {
  if (judged.includes("monitoring"))
    return "The network ACL for the Management API only monitors: it logs requests and blocks none.";
  if (judged.includes("allowing"))
    return "The network ACL for the Management API only allows: no rule blocks the others, so a token works from everywhere.";
  return "No active network ACL guards the Management API, so a token works from everywhere.";
}
