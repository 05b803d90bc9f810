import type { Plan } from "../plan.ts";
import type { BucketLimit } from "./token-bucket.ts";

/** Requests that share a bucket beside or instead of the plan's general one. */
export interface EndpointLimit extends BucketLimit {
  methods: readonly string[];
  path: RegExp;
  /** Whether these requests also take from the general bucket. */
  alsoGeneral: boolean;
}

/** The limits of a plan on the Management API. */
export interface PlanLimits {
  general: BucketLimit;
  endpoints: readonly EndpointLimit[];
}

const perMinute = (requests: number) => requests / 60;
const perDay = (requests: number) => requests / 86_400;

/** Auth0 docs: five writes a day on signing keys, on every plan. */
const SIGNING_KEY_WRITES: EndpointLimit = {
  name: "signing-key-writes",
  methods: ["POST", "PUT"],
  path: /^\/api\/v2\/keys\/signing(\/|$)/,
  burst: 5,
  perSecond: perDay(5),
  alsoGeneral: true,
};

/** Auth0 docs: rate limits of self-service plans give reading clients, logs and connections buckets of their own. */
const SELF_SERVICE: PlanLimits = {
  general: { name: "global", burst: 10, perSecond: perMinute(150) },
  endpoints: [
    SIGNING_KEY_WRITES,
    {
      name: "read-clients",
      methods: ["GET"],
      path: /^\/api\/v2\/clients(\/[^/]+)?$/,
      burst: 5,
      perSecond: perMinute(100),
      alsoGeneral: false,
    },
    {
      name: "read-logs",
      methods: ["GET"],
      path: /^\/api\/v2\/logs(\/[^/]+)?$/,
      burst: 10,
      perSecond: perMinute(100),
      alsoGeneral: false,
    },
    {
      name: "read-connections",
      methods: ["GET"],
      path: /^\/api\/v2\/connections(\/|$)/,
      burst: 5,
      perSecond: perMinute(50),
      alsoGeneral: false,
    },
  ],
};

/** Auth0 docs: on Enterprise, reading email templates has a limit of its own on top of the general one. */
const EMAIL_TEMPLATE_READS: EndpointLimit = {
  name: "read-email-templates",
  methods: ["GET"],
  path: /^\/api\/v2\/email-templates(\/|$)/,
  burst: 15,
  perSecond: perMinute(150),
  alsoGeneral: true,
};

/** Auth0 docs: Management API rate limits by plan (token buckets). The sandbox's own table, shared with nobody. */
export const PLAN_LIMITS: Record<Plan, PlanLimits> = {
  free: { general: { name: "global", burst: 2, perSecond: 2 }, endpoints: [SIGNING_KEY_WRITES] },
  essentials: SELF_SERVICE,
  professional: SELF_SERVICE,
  enterprise: {
    general: { name: "global", burst: 50, perSecond: 16 },
    endpoints: [SIGNING_KEY_WRITES, EMAIL_TEMPLATE_READS],
  },
  "enterprise-nonprod": {
    general: { name: "global", burst: 10, perSecond: 2 },
    endpoints: [SIGNING_KEY_WRITES, EMAIL_TEMPLATE_READS],
  },
};
