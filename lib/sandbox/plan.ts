/** Auth0's subscription plans, as far as they change limits and features. */
export const PLANS = ["free", "essentials", "professional", "enterprise", "enterprise-nonprod"] as const;

export type Plan = (typeof PLANS)[number];

/** The ways in which Auth0 says that a feature is missing. Real tenants gave each of these answers. */
export const FEATURE_REFUSALS = [
  "feature_not_enabled",
  "feature_not_enabled_400",
  "insufficient_scope",
  "insufficient_entitlement",
] as const;

export type FeatureRefusal = (typeof FEATURE_REFUSALS)[number];

/** True: available. False: refused with `feature_not_enabled`. A refusal: refused in that way. */
type FeatureState = boolean | FeatureRefusal;

/** Features that a tenant may lack. */
export interface Features {
  /** Reading and writing `/network-acls`. */
  networkAcls: FeatureState;
  /** Registering client keys and authenticating with `private_key_jwt`. */
  privateKeyJwt: FeatureState;
  /** Reading and writing `/keys/signing`. */
  signingKeys: FeatureState;
  /** Reading and writing `/actions`. */
  actions: FeatureState;
  /** Reading and writing `/email-templates`. */
  emailTemplates: FeatureState;
  /** Users' sessions and refresh tokens in the Management API. */
  sessionManagement: FeatureState;
}

/** What a plan includes. Auth0 docs: key-based client authentication, network ACLs and sessions need Enterprise. */
export function featuresOfPlan(plan: Plan): Features {
  const enterprise = plan === "enterprise" || plan === "enterprise-nonprod";
  return {
    networkAcls: enterprise,
    privateKeyJwt: enterprise,
    signingKeys: true,
    actions: true,
    emailTemplates: true,
    sessionManagement: enterprise,
  };
}

/** Days for which tenant logs can be read. Auth0 docs: log data retention per plan. */
export const LOG_RETENTION_DAYS: Record<Plan, number> = {
  free: 1,
  essentials: 5,
  professional: 10,
  enterprise: 30,
  "enterprise-nonprod": 30,
};
