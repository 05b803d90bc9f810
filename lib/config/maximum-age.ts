import clientKeyAge from "../checks/credential/client-key-age.ts";
import type { Check } from "../checks/define-check.ts";
import type { Limits } from "../checks/limits.ts";
import clientAge from "../checks/secret/client-age.ts";
import type { Seconds } from "../model/duration.ts";
import { resolvePolicy } from "./policy.ts";
import type { PolicyConfig, TenantConfig } from "./schema.ts";

/** How old a credential may become where its own entry in the configuration does not say, by its kind. */
export const maximumAges = (
  policy: PolicyConfig,
): Readonly<Record<TenantConfig["credentials"][number]["kind"], Seconds>> => ({
  "client-secret": maximumAge(policy, clientAge),
  "private-key": maximumAge(policy, clientKeyAge),
});

/**
 * The age from which a check complains at all: its lowest limit under the policy. Where the policy switches the check
 * off it is the profile's, since a finding that nobody wants to see says nothing about when to rotate.
 *
 * @param check one whose limits are ages in every profile
 */
function maximumAge(policy: PolicyConfig, check: Check): Seconds {
  const effective = agesOf(resolvePolicy(policy, [check]).get(check.id));
  const ages = effective.length > 0 ? effective : agesOf(check.limits[policy.profile]);
  if (ages.length === 0) throw new TypeError(`${check.id} has no limit in the profile ${policy.profile}.`);
  return Math.min(...ages);
}

const agesOf = (limits: Limits | "off" | undefined): Seconds[] =>
  typeof limits === "object" ? Object.values(limits).filter((limit) => typeof limit === "number") : [];
