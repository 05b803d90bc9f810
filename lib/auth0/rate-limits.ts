/** The plans of Auth0 whose rate limits differ. */
export const PLANS = ["free", "essentials", "professional", "enterprise", "enterprise-nonprod"] as const;
export type Plan = (typeof PLANS)[number];

/** What one request counts as. A plan says from which buckets each kind takes. */
export type LimitGroup = "clients" | "client-credentials" | "logs" | "connections" | "email-templates" | "other";

/** One token bucket: so many requests at once, and so many a second after that. */
export interface BucketLimit {
  burst: number;
  perSecond: number;
}

/** The buckets of one plan, and which of them each kind of request takes from. */
export interface PlanLimits {
  buckets: Readonly<Record<string, BucketLimit>>;
  takes: Readonly<Record<LimitGroup, readonly string[]>>;
}

const perMinute = (count: number): number => count / 60;

/** Where one bucket serves everything. */
const shared = (limit: BucketLimit): PlanLimits => ({
  buckets: { all: limit },
  takes: {
    clients: ["all"],
    "client-credentials": ["all"],
    logs: ["all"],
    connections: ["all"],
    "email-templates": ["all"],
    other: ["all"],
  },
});

const selfService: PlanLimits = {
  buckets: {
    clients: { burst: 5, perSecond: perMinute(100) },
    logs: { burst: 10, perSecond: perMinute(100) },
    connections: { burst: 5, perSecond: perMinute(50) },
    other: { burst: 10, perSecond: perMinute(150) },
  },
  takes: {
    clients: ["clients"],
    // Undocumented which of the two it counts as, so it takes from both: slower at worst, never refused.
    "client-credentials": ["clients", "other"],
    logs: ["logs"],
    connections: ["connections"],
    "email-templates": ["other"],
    other: ["other"],
  },
};

const enterprise = shared({ burst: 50, perSecond: 16 });

/** The Management API's limits. Source: Auth0 documentation, "Management API Endpoint Rate Limits", by plan. */
export const PLAN_LIMITS: Readonly<Record<Plan, PlanLimits>> = {
  free: shared({ burst: 2, perSecond: 2 }),
  essentials: selfService,
  professional: selfService,
  enterprise: {
    buckets: { ...enterprise.buckets, emailTemplates: { burst: 15, perSecond: perMinute(150) } },
    takes: { ...enterprise.takes, "email-templates": ["emailTemplates", "all"] },
  },
  "enterprise-nonprod": shared({ burst: 10, perSecond: 2 }),
};
