import type { Check } from "../checks/define-check.ts";
import type { Limits } from "../checks/limits.ts";
import type { Seconds } from "../model/duration.ts";
import { resolvePolicy } from "./policy.ts";
import type { PolicyConfig } from "./schema.ts";

/**
 * The age from which a check complains at all: its lowest limit under the policy. Where the policy switches the check
 * off it is the profile's, since a finding that nobody wants to see says nothing about when to rotate.
 *
 * @param check one whose limits are ages in every profile
 */
export function maximumAge(policy: PolicyConfig, check: Check): Seconds {
  const effective = agesOf(resolvePolicy(policy, [check]).get(check.id));
  const ages = effective.length > 0 ? effective : agesOf(check.limits[policy.profile]);
  if (ages.length === 0) throw new TypeError(`${check.id} has no limit in the profile ${policy.profile}.`);
  return Math.min(...ages);
}

const agesOf = (limits: Limits | "off" | undefined): Seconds[] =>
  typeof limits === "object" ? Object.values(limits).filter((limit) => typeof limit === "number") : [];
