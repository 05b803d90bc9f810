import type { Login } from "../../../lib/auth0/login.ts";
import type { Calibration, ProbeAnswer } from "../../../lib/auth0/probe.ts";
import { CurfewError, type ErrorCode } from "../../../lib/model/curfew-error.ts";
import type { RotationTenant, RotationVault } from "../../../lib/rotation/ports.ts";
import type { EvidenceStore } from "../../../lib/store/evidence-store.ts";
import type { Table } from "../../../lib/store/table.ts";
import type { WorldClient } from "./auth0.ts";
import type { Guard } from "./guard.ts";
import type { Process } from "./process.ts";
import type { WorldVault } from "./vault.ts";
import type { Wire } from "./wire.ts";

const failedAs =
  (service: ErrorCode, what: string) =>
  (code: ErrorCode): CurfewError =>
    new CurfewError(service, `${what} failed.`, { retryable: true, detail: code });
const vaultFailed = failedAs("vault-failed", "Secrets Manager");
const storeFailed = failedAs("store-failed", "The table");
const tenantFailed = (code: ErrorCode): CurfewError => new CurfewError(code, "Auth0 failed.", { retryable: true });

export function vaultPort(vault: WorldVault, guard: Guard, wire: Wire, process: Process): RotationVault {
  const call = <T>(name: string, effect: () => T): Promise<T> =>
    wire.call(process, { name: `vault.${name}`, effect, failed: vaultFailed });
  return {
    describe: (secret) => call("describe", () => vault.describe(secret)),
    read: (arn, version) => call("read", () => vault.readVersion(arn, version)),
    storePending: (arn, id, value) => call("storePending", () => vault.storePending(arn, id, value)),
    promote: (arn, to, from) =>
      call("promote", () => {
        guard.beforePromotion(to);
        vault.promote(arn, to, from);
      }),
    dropPending: (arn, version) => call("dropPending", () => vault.dropPending(arn, version)),
  };
}

export function tenantPort(client: WorldClient, guard: Guard, wire: Wire, process: Process): RotationTenant {
  const call = <T>(name: string, effect: (isLate: boolean) => T): Promise<T> =>
    wire.call(process, {
      name: `tenant.${name}`,
      effect: () => effect(!process.isAlive()),
      failed: tenantFailed,
    });
  const ask = (name: string, effect: () => ProbeAnswer): Promise<ProbeAnswer> =>
    wire.call(process, {
      name: `tenant.${name}`,
      effect,
      failed: tenantFailed,
      instead: (detail) => ({ answer: "unknown", detail }),
    });
  const answerTo = (login: Login): ProbeAnswer => {
    const isAccepted = client.accepts(login);
    guard.afterAnswer(login, isAccepted, process);
    return { answer: isAccepted ? "accepted" : "refused" };
  };
  return {
    client: () => call("client", () => client.describe()),
    calibrate: () =>
      wire.call<Calibration>(process, {
        name: "tenant.calibrate",
        effect: () => ({ endpoint: "revoke" }),
        failed: tenantFailed,
        instead: (detail) => ({ endpoint: null, reason: "no-answer", detail }),
      }),
    probe: (login) => ask("probe", () => answerTo(login)),
    obtainToken: (login) => ask("obtainToken", () => answerTo(login)),
    setSecret: (secret) =>
      call("setSecret", () => {
        guard.beforeSetting(secret.reveal(), process);
        client.setSecret(secret.reveal(), "curfew");
      }),
    keys: () => call("keys", () => client.registered.map(({ id, kid, name }) => ({ id, kid, name }))),
    registerKey: ({ kid, publicKeyPem, name }) =>
      call("registerKey", (isLate) => {
        guard.beforeRegistering(kid, publicKeyPem, isLate);
        return client.register({ kid, pem: publicKeyPem, name }, "curfew");
      }),
    attachKeys: (ids) =>
      call("attachKeys", () => {
        guard.beforeAttaching(ids);
        client.attach(ids, "curfew");
      }),
    deleteKey: (id) =>
      call("deleteKey", () => {
        guard.beforeDeleting(id);
        client.deleteKey(id);
      }),
  };
}

export function wiredTable(table: Table, wire: Wire, process: Process): Table {
  const call = <T>(name: string, effect: () => T | Promise<T>): Promise<T> =>
    wire.call(process, { name: `table.${name}`, effect, failed: storeFailed });
  return {
    get: (key) => call(`get ${family(key.sort)}`, () => table.get(key)),
    async *list(partition, range) {
      yield* await call(`list ${family(range.prefix)}`, () => collect(table.list<never>(partition, range)));
    },
    put: (key, value, options) => call(`put ${family(key.sort)}`, () => table.put(key, value, options)),
    remove: (key, options) => call(`remove ${family(key.sort)}`, () => table.remove(key, options)),
  };
}

export function wiredEvidence(evidence: EvidenceStore, wire: Wire, process: Process): EvidenceStore {
  const call = <T>(name: string, effect: () => T | Promise<T>): Promise<T> =>
    wire.call(process, { name: `evidence.${name}`, effect, failed: storeFailed });
  return {
    write: (name, body, type) => call("write", () => evidence.write(name, body, type)),
    create: (name, body, type) => call("create", () => evidence.create(name, body, type)),
    read: (name, version) => call("read", () => evidence.read(name, version)),
  };
}

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const row of rows) collected.push(row);
  return collected;
}

const family = (sort: string): string => sort.split("#", 1)[0] ?? sort;
