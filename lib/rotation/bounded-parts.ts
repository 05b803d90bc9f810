import type { Instant } from "../history/history.ts";
import type { Clock } from "../model/clock.ts";
import { CurfewError } from "../model/curfew-error.ts";
import type { EvidenceStore } from "../store/evidence-store.ts";
import type { Table } from "../store/table.ts";
import type { RotationParts } from "./parts.ts";
import type { RotationTenant, RotationVault } from "./ports.ts";

/**
 * The same parts, but no call of theirs begins after a moment or is waited for beyond it. So a call that hangs ends
 * while there is still time to record that, and whatever comes of it, nothing follows from it.
 *
 * Each rejects then with CurfewError `timed-out`, retryable.
 *
 * @param end when nothing that changes something may be under way any more, however long this process stands still
 * over it: the end of its lease
 */
export function boundedParts(parts: RotationParts, until: Instant, end: Instant = until): RotationParts {
  const within: Bound = (call) => beforeMoment(parts.clock, until, call);
  return {
    ...parts,
    vault: boundedVault(parts.vault, within, end),
    table: boundedTable(parts.table, within),
    evidence: boundedEvidence(parts.evidence, within),
    tenant: async (target) => boundedTenant(await within(() => parts.tenant(target, end)), within),
    newKey: () => within(() => parts.newKey()),
  };
}

type Bound = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * What `call` comes to, if it does so before a moment; it is not even begun after it.
 *
 * @throws CurfewError `timed-out`, retryable
 */
export async function beforeMoment<T>(clock: Clock, until: Instant, call: () => Promise<T>): Promise<T> {
  const left = until - clock.now();
  if (left <= 0) throw outOfTime();
  const answered = new AbortController();
  const tooLate = clock.sleep(left, answered.signal).then(() => Promise.reject(outOfTime()));
  tooLate.catch(() => undefined); // the race below hears it; after it, ending the wait is no error
  try {
    return await Promise.race([call(), tooLate]);
  } finally {
    answered.abort(ANSWERED);
  }
}

/** A reason of our own: the default one is an exception with a stack, for each call that goes well. */
const ANSWERED = "answered";

const outOfTime = (): CurfewError =>
  new CurfewError("timed-out", "The time of this step is over before it was done; it is tried again later.", {
    retryable: true,
    detail: "out of time",
  });

const boundedVault = (vault: RotationVault, within: Bound, end: Instant): RotationVault => ({
  describe: (secret) => within(() => vault.describe(secret)),
  read: (arn, version) => within(() => vault.read(arn, version)),
  storePending: (arn, id, value) => within(() => vault.storePending(arn, id, value, end)),
  promote: (arn, to, from) => within(() => vault.promote(arn, to, from, end)),
  dropPending: (arn, version) => within(() => vault.dropPending(arn, version, end)),
  dropPrevious: (arn, version) => within(() => vault.dropPrevious(arn, version, end)),
});

/** Listings are for those who look at many credentials; no step lists. */
const boundedTable = (table: Table, within: Bound): Table => ({
  get: (key) => within(() => table.get(key)),
  list: (partition, range) => table.list(partition, range),
  put: (key, value, options) => within(() => table.put(key, value, options)),
  remove: (key, options) => within(() => table.remove(key, options)),
});

const boundedEvidence = (evidence: EvidenceStore, within: Bound): EvidenceStore => ({
  write: (name, body, type) => within(() => evidence.write(name, body, type)),
  create: (name, body, type) => within(() => evidence.create(name, body, type)),
  read: (name, version) => within(() => evidence.read(name, version)),
});

const boundedTenant = (tenant: RotationTenant, within: Bound): RotationTenant => ({
  client: () => within(() => tenant.client()),
  missingScopes: (kind) => within(() => tenant.missingScopes(kind)),
  calibrate: (login) => within(() => tenant.calibrate(login)),
  probe: (login, endpoint) => within(() => tenant.probe(login, endpoint)),
  obtainToken: (login) => within(() => tenant.obtainToken(login)),
  setSecret: (secret, notAfter) => within(() => tenant.setSecret(secret, notAfter)),
  keys: () => within(() => tenant.keys()),
  registerKey: (key) => within(() => tenant.registerKey(key)),
  attachKeys: (ids) => within(() => tenant.attachKeys(ids)),
  deleteKey: (id) => within(() => tenant.deleteKey(id)),
});
