import type { ProbeParts } from "../lib/auth0/probe.ts";
import { RETRY_POLICY } from "../lib/auth0/retry.ts";
import { systemClock } from "../lib/model/clock.ts";

/**
 * For what is asked of a tenant from here without a login, while a person waits: a tenant that hangs keeps nobody from
 * going on for more than ten seconds.
 */
export const AUTH0_HERE: ProbeParts = {
  clock: systemClock,
  random: Math.random,
  fetch: (...request) => fetch(...request),
  timeout: 5_000,
  retryPolicy: { ...RETRY_POLICY, attempts: 2, patience: 5_000 },
};
