import type { Clock } from "../model/clock.ts";
import { createControlApi } from "./control/control-api.ts";
import { type LoopbackServer, serve } from "./http/serve.ts";
import { createSandboxClock, type SandboxClock } from "./sandbox-clock.ts";
import { type SandboxTenant, startTenant } from "./sandbox-tenant.ts";
import { createRandomText, type RandomText } from "./state/random-text.ts";
import type { TenantSeed } from "./tenant-seed.ts";

/** What to simulate, and how. */
export interface SandboxOptions {
  tenants: TenantSeed[];
  /** The machine's clock when left out. */
  clock?: Clock;
  /** Whether to open the control endpoint, for a person with `curl`. */
  control?: boolean;
  /** What the control endpoint runs on `POST /audits`. */
  audit?: (input: { tenants?: string[] }) => Promise<unknown>;
  /** Ports by tenant name, and the control endpoint's under `control`; free ones where left out. */
  ports?: Record<string, number>;
  /** Numbers from 0 up to 1; a seeded source makes identifiers and flapping repeatable. */
  random?: () => number;
}

/** Running tenants. */
export interface Sandbox extends AsyncDisposable {
  /** The tenant of that name; a TypeError when there is none. */
  tenant(name: string): SandboxTenant;
  readonly tenants: SandboxTenant[];
  readonly clock: SandboxClock;
  /** Where the control endpoint listens; null without one. */
  readonly controlOrigin: string | null;
  close(): Promise<void>;
}

/**
 * Starts Auth0 tenants on loopback ports of this machine.
 *
 * @example
 * await using sandbox = await startSandbox({ tenants: [{ name: "acme", domain: "acme.eu.auth0.com" }] });
 * await fetch(`${sandbox.tenant("acme").origin}/.well-known/jwks.json`);
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = createSandboxClock(options.clock);
  const text = createRandomText(options.random ?? Math.random);
  const started = await startAll(options, clock, text);
  const tenants = started.map(({ tenant }) => tenant);
  const control = options.control
    ? await serve(createControlApi({ tenants, clock, audit: options.audit }), options.ports?.control)
    : null;
  const close = () => closeAll([...started, ...(control ? [control] : [])]);
  return {
    tenants,
    tenant: (name) => findTenant(tenants, name),
    clock,
    controlOrigin: control?.origin ?? null,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Starts every tenant; when one cannot start, those that did are stopped again. */
async function startAll({ tenants, ports }: SandboxOptions, clock: SandboxClock, text: RandomText) {
  const outcomes = await Promise.allSettled(
    tenants.map((seed) => startTenant(seed, clock, text, ports?.[seed.name] ?? 0)),
  );
  const started = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (!failed) return started;
  await closeAll(started);
  throw failed.reason;
}

async function closeAll(servers: readonly Pick<LoopbackServer, "close">[]): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
}

function findTenant(tenants: readonly SandboxTenant[], name: string): SandboxTenant {
  const tenant = tenants.find((candidate) => candidate.name === name);
  if (!tenant) throw new TypeError(`There is no tenant ${name} in this sandbox.`);
  return tenant;
}
