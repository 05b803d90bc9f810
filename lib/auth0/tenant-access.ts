import type { Clock } from "../model/clock.ts";
import type { Login } from "./login.ts";
import { type ManagementApi, openManagementApi } from "./management-api.ts";
import type { ProbeParts } from "./probe.ts";
import type { Plan } from "./rate-limits.ts";
import { RETRY_POLICY, type RetryPolicy } from "./retry.ts";
import type { TenantAddress } from "./tenant-address.ts";

/** Which tenant, which of Curfew's applications changes something there, and everything that comes from outside. */
export interface TenantAccess {
  address: TenantAddress;
  plan: Plan;
  login: Login;
  /** Ends everything: the deadline of a Lambda, or an interrupt by a person. */
  signal: AbortSignal;
  /**
   * When this process may be stopped, in milliseconds since the epoch: no change is under way any more then. A Lambda
   * that has answered stands still until it is called again, and would go on then with what it had left: a change that
   * is hours late.
   */
  deadline?: number;
  clock: Clock;
  /** Uniform in [0, 1): the jitter between retries. */
  random: () => number;
  fetch?: typeof fetch;
  /** Milliseconds after which an unanswered request is given up. */
  timeout?: number;
  retryPolicy?: RetryPolicy;
}

/** A tenant that something is changed in. */
export interface OpenTenant {
  api: ManagementApi;
  /** For what is asked without the Management API's token. */
  probes: ProbeParts;
  /** Milliseconds for which an answer is waited. */
  timeout: number;
  /** No change is sent later: what is sent then is answered, or given up, by the deadline. */
  lastChange: number;
}

/** Milliseconds after which an unanswered request is given up, as for an audit. */
export const REQUEST_TIMEOUT = 10_000;

/** Nothing is sent before the first request. */
export function openTenant(access: TenantAccess): OpenTenant {
  const { address, plan, login, signal, clock, random } = access;
  const { deadline = Number.POSITIVE_INFINITY, timeout = REQUEST_TIMEOUT, retryPolicy = RETRY_POLICY } = access;
  const outside = { clock, random, fetch: access.fetch ?? fetch, timeout, retryPolicy };
  return {
    api: openManagementApi({ address, plan, login, signal, ...outside }),
    probes: outside,
    timeout,
    lastChange: deadline - timeout,
  };
}
