import type { RunRef } from "../../findings/ledger/run-record.ts";
import { someAtOnce } from "../../findings/ledger/some-at-once.ts";
import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { ConfiguredCredential } from "../credentials/configured-credentials.ts";
import { type KnownCredential, knownCredentials } from "../credentials/known-credentials.ts";
import type { RotationParts } from "../parts.ts";
import type { RotationService } from "../ports.ts";
import type { RotationLimits } from "./due.ts";

/** What a run rotates with. */
export interface RotateDueParts {
  rotation: RotationParts;
  service: Pick<RotationService, "startRotation">;
  /** Of all tenants, also of those that this run is not about: limits are shares of all. */
  credentials: readonly ConfiguredCredential[];
  limits: RotationLimits;
  /** The zone in which a day begins. */
  timezone: string;
  /** When this process is ended: milliseconds since the epoch. */
  deadline: Instant;
  /** Hears of what failed; the record of the credential holds it too, where there is one. */
  onFailure(credential: KnownCredential, error: CurfewError): void;
}

/** What a run did, in numbers. */
export interface RotateDueResult {
  /** Versions that hung and are current now. */
  finished: number;
  /** Credentials on which somebody else is at work, or with which only a person can go on. */
  busy: number;
  /** Rotations that this run began, also before it was tried again, by what became of them. */
  proven: number;
  promoted: number;
  failed: number;
  unfinished: number;
  /** Due, and left to a later run. */
  waiting: number;
  held: number;
}

/** Tenants at a time. Each has its own pace at Auth0, and the rotations themselves are functions of their own. */
const SIDE_BY_SIDE = 10;

/** What the parts of a run share. */
export interface RunWork extends RotateDueParts {
  run: RunRef;
  /** Credentials by tenant, of the tenants that this run is about and that have a rotator. */
  byTenant: ReadonlyMap<string, readonly ConfiguredCredential[]>;
  /** Tenants in which nothing new is begun. */
  barred: Set<string>;
  /** Credentials of which no new rotation can be begun, by {@link keyOf}. */
  busy: Set<string>;
  /** Credentials of which this process has brought a version to its end, by {@link keyOf}. */
  finished: Set<string>;
  result: RotateDueResult;
}

export function openWork(run: RunRef, tenants: readonly string[], parts: RotateDueParts): RunWork {
  const ours = parts.credentials.filter(({ tenant, hasRotator }) => hasRotator && tenants.includes(tenant));
  return {
    ...parts,
    run,
    byTenant: Map.groupBy(ours, ({ tenant }) => tenant),
    barred: new Set(),
    busy: new Set(),
    finished: new Set(),
    result: { finished: 0, busy: 0, proven: 0, promoted: 0, failed: 0, unfinished: 0, waiting: 0, held: 0 },
  };
}

export const keyOf = ({ tenant, clientId }: ConfiguredCredential): string => JSON.stringify([tenant, clientId]);

/** One tenant's trouble keeps no other from its turn; it is thrown in the end. */
export async function everyTenant({ byTenant }: RunWork, task: (tenant: string) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  await someAtOnce(byTenant.keys(), SIDE_BY_SIDE, (tenant) =>
    task(tenant).catch((error: unknown) => void errors.push(error)),
  );
  if (errors.length > 0) throw errors[0];
}

export const known = ({ rotation: { table, clock }, byTenant }: RunWork, tenant: string): Promise<KnownCredential[]> =>
  knownCredentials(table, tenant, byTenant.get(tenant) ?? [], clock.now());

/** @throws what is no failure of a single credential: a store that does not answer, a defect */
export function fail(credential: KnownCredential, error: unknown, { onFailure }: RunWork): void {
  if (!(error instanceof CurfewError) || error.code === "store-failed") throw error;
  onFailure(credential, error);
}
