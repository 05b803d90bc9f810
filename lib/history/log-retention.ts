import type { Plan } from "../auth0/rate-limits.ts";

const DAY = 86_400_000;

/** For how long Auth0 keeps log events, in milliseconds. Source: Auth0 documentation, "Log Data Retention". */
export const LOG_RETENTION: Readonly<Record<Plan, number>> = {
  free: DAY,
  essentials: 5 * DAY,
  professional: 10 * DAY,
  enterprise: 30 * DAY,
  "enterprise-nonprod": 30 * DAY,
};

/** No plan keeps events for less: a shorter silence never hides any. */
export const SHORTEST_RETENTION: number = Math.min(...Object.values(LOG_RETENTION));

/** No plan keeps events for longer. */
export const LONGEST_RETENTION: number = Math.max(...Object.values(LOG_RETENTION));
