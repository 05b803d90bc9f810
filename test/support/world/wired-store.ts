import { CurfewError, type ErrorCode } from "../../../lib/model/curfew-error.ts";
import type { EvidenceStore } from "../../../lib/store/evidence-store.ts";
import type { Table } from "../../../lib/store/table.ts";
import type { Process } from "./process.ts";
import type { Wire } from "./wire.ts";

/** How a service says that it failed: with a code of its own, whatever it was. */
export const failedAs =
  (service: ErrorCode, what: string) =>
  (code: ErrorCode): CurfewError =>
    new CurfewError(service, `${what} failed.`, { retryable: true, detail: code });

const storeFailed = failedAs("store-failed", "The table");

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
