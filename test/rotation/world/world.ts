import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { Secret } from "../../../lib/model/secret.ts";
import type { CredentialKind, RotationTarget } from "../../../lib/rotation/ledger/target.ts";
import type { RotationParts, RotationSettings } from "../../../lib/rotation/parts.ts";
import { type MemoryEvidence, memoryEvidence } from "../../support/memory-evidence.ts";
import { type MemoryTable, memoryTable } from "../../support/memory-table.ts";
import { type EventClock, eventClock } from "../../support/world/event-clock.ts";
import { type Ending, type Process, runProcess } from "../../support/world/process.ts";
import { seeded } from "../../support/world/random.ts";
import { createWire, type Outage, type PlannedFault, type Wire } from "../../support/world/wire.ts";
import { wiredEvidence, wiredTable } from "../../support/world/wired-store.ts";
import { type Propagation, type WorldClient, worldClient } from "./auth0.ts";
import { type Guard, guardOf } from "./guard.ts";
import { newKeyOf, type PreparedKey } from "./keys.ts";
import { CLIENT_ID, DOMAIN, type Form, payloadOf } from "./payload.ts";
import { tenantPort, vaultPort } from "./ports.ts";
import { type WorldVault, worldVault } from "./vault.ts";

export interface WorldOptions {
  kind: CredentialKind;
  propagation: Propagation;
  faults?: readonly PlannedFault[];
  outage?: Outage;
  /** Prepared keys, taken one after the other and again from the first: the first is what is stored to begin with. */
  keys: readonly PreparedKey[];
  form?: Form;
  /** Whether several processes run side by side; then a call lets the others run. */
  isShared?: boolean;
  /** Milliseconds of a call; each one another where it is a function. */
  latency?: number | ((random: () => number) => number);
  /** How long both keys stay, in seconds; a day when left out. */
  overlap?: number;
  seed?: number;
  rotate?: "auto" | "off";
  /** Nobody has stored the application's credential anywhere. */
  isUnmanaged?: boolean;
}

/** A tenant with one application, its secret in Secrets Manager, and everything that Curfew remembers of it. */
export interface World {
  readonly kind: CredentialKind;
  readonly clock: EventClock;
  readonly vault: WorldVault;
  readonly client: WorldClient;
  readonly table: MemoryTable;
  readonly evidence: MemoryEvidence;
  readonly wire: Wire;
  readonly guard: Guard;
  readonly target: RotationTarget;
  readonly settings: RotationSettings;
  /** Runs a process that works with `parts`: every call of it goes over the wire. Killed after `timeout` ms. */
  run<T>(
    name: string,
    timeout: number,
    work: (process: Process, parts: RotationParts) => Promise<T>,
  ): Promise<Ending<T>>;
  /** Ends every process at once. */
  killAll(): void;
  /** A version id that nobody had yet. */
  newVersion(): string;
  random: () => number;
}

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/checkout/auth0-AbCdEf";

const DAY = 86_400;

export function createWorld(options: WorldOptions): World {
  const {
    kind,
    propagation,
    keys,
    faults = [],
    form = "text in JSON",
    isShared = false,
    latency = 40,
    overlap = DAY,
  } = options;
  const clock = eventClock();
  const random = seeded(options.seed ?? 1);
  const table = memoryTable();
  const evidence = memoryEvidence();
  const [firstKey, ...laterKeys] = keys;
  if (!firstKey) throw new Error("A world needs a prepared key.");
  const isKey = kind === "private-key";
  const first = isKey ? firstKey.jwk : "first".padEnd(64, "-");
  const vault = worldVault(ARN, version(0), options.isUnmanaged ? undefined : payloadOf(kind, form, first));
  const given = isKey ? { key: firstKey } : { secret: first };
  const client = worldClient({ clock, random, kind, clientId: CLIENT_ID, propagation, ...given });
  const credential = { tenant: "acme-prod", clientId: CLIENT_ID, kind };
  const target: RotationTarget = { ...credential, arn: ARN, writtenBy: "deploy", at: clock.now() };
  const rules = { rotate: options.rotate ?? "auto", overlap, allowHs256: false };
  const settings: RotationSettings = { ...credential, ...rules, domain: DOMAIN };
  const guard = guardOf({ kind, clock, vault, client, table, target, overlap });
  const wire = createWire({
    clock,
    faults,
    outage: options.outage,
    latency: typeof latency === "number" ? () => latency : () => latency(random),
    isShared,
    onEffect: guard.look,
  });
  let secrets = 0;
  let versions = 0;
  let taken = 0;
  const processes = new Set<Process>();

  const partsOf = (process: Process): RotationParts => ({
    vault: vaultPort(vault, guard, wire, process),
    table: wiredTable(table, wire, process),
    evidence: wiredEvidence(evidence, wire, process),
    settings: ({ clientId }) => (clientId === CLIENT_ID ? settings : undefined),
    tenant: ({ clientId }) =>
      wire.call(process, {
        name: "tenant.open",
        effect: () => {
          if (clientId !== CLIENT_ID) throw new CurfewError("not-found", "There is no such application.");
          return tenantPort(client, guard, wire, process);
        },
        failed: (code) => new CurfewError(code, "The rotator's login failed.", { retryable: true }),
      }),
    clock: process.clock,
    random,
    newSecret: () => {
      secrets += 1;
      return new Secret(`new-${secrets}`.padEnd(64, "-"));
    },
    newKey: async () => {
      const key = laterKeys.length === 0 ? firstKey : keys[(taken % laterKeys.length) + 1];
      taken += 1;
      return newKeyOf(key as PreparedKey);
    },
  });
  return {
    kind,
    clock,
    vault,
    client,
    table,
    evidence,
    wire,
    guard,
    target,
    settings,
    random,
    async run(name, timeout, work) {
      let own: Process | undefined;
      const ending = await runProcess(clock, name, timeout, (process) => {
        own = process;
        processes.add(process);
        return work(process, partsOf(process));
      });
      if (own) processes.delete(own);
      return ending;
    },
    killAll: () => {
      for (const process of processes) process.kill();
    },
    newVersion: () => {
      versions += 1;
      return version(versions);
    },
  };
}

/** As long as Secrets Manager wants them. */
const version = (count: number): string => `version-${String(count).padStart(28, "0")}`;
