import { runRowKey } from "../../lib/findings/ledger/keys.ts";
import { type RunRef, runKey } from "../../lib/findings/ledger/run-record.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { ConfiguredCredential } from "../../lib/rotation/credentials/configured-credentials.ts";
import { type RotationRecord, rotationKey } from "../../lib/rotation/ledger/rotation-record.ts";
import type { RotationParts } from "../../lib/rotation/parts.ts";
import type { RotationService, VaultSecret, VersionId } from "../../lib/rotation/ports.ts";
import { rotateDue } from "../../lib/rotation/schedule/rotate-due.ts";
import type { RotateDueParts, RotateDueResult } from "../../lib/rotation/schedule/run-work.ts";
import { rotationFunctionArn } from "../../lib/rotation/vault/function-arn.ts";
import type { Row } from "../../lib/store/table.ts";
import { memoryEvidence } from "../support/memory-evidence.ts";
import { type MemoryTable, memoryTable } from "../support/memory-table.ts";
import { NOW } from "../support/rotations.ts";
import { record } from "../support/run-records.ts";
import { type EventClock, eventClock } from "../support/world/event-clock.ts";

const DAY = 86_400_000;

/** What becomes of a rotation that Secrets Manager begins. */
export type Fate = "proven" | "fails" | "is never heard of";

/** One credential of the company, and how old it is. */
export interface Aged extends Partial<ConfiguredCredential> {
  tenant: string;
  clientId: string;
  ageDays: number;
  fate?: Fate;
}

/** A rotation as the service had to do with it. */
export interface Begun {
  clientId: string;
  tenant: string;
  version: VersionId;
  from: number;
  /** When it was promoted and proven, or failed. */
  to: number;
}

/** Many tenants and credentials whose rotations go as their fates say: what the run itself decides is the matter here. */
export interface Company {
  table: MemoryTable;
  clock: EventClock;
  secrets: Map<string, VaultSecret>;
  /** In the order of their beginning. */
  begun: Begun[];
  failures: CurfewError[];
  /** Called before every call of a port; what it throws, the call does. */
  onCall: () => void;
  recordOf(tenant: string, clientId: string): RotationRecord | undefined;
  change(tenant: string, clientId: string, change: Partial<RotationRecord>): Promise<void>;
  /** Leaves behind what an audit of that run would. */
  audited(run: RunRef, tenants: readonly string[], status?: "complete" | "failed"): Promise<void>;
  rotate(run: RunRef, tenants: readonly string[], parts?: Partial<RotateDueParts>): Promise<RotateDueResult>;
}

export const arnOf = (secret: string): string =>
  `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${secret}-AbCdEf`;

export async function company(credentials: readonly Aged[]): Promise<Company> {
  const clock = eventClock(NOW);
  const table = memoryTable();
  const configured = credentials.map(configuredOf);
  const fates = new Map(configured.map(({ secret }, index) => [arnOf(secret), credentials[index]?.fate ?? "proven"]));
  const owners = new Map(configured.map((one) => [arnOf(one.secret), one]));
  const secrets = new Map(configured.map(({ secret }) => [secret, storedSecret(secret)]));
  const begun: Begun[] = [];
  for (const { tenant, clientId, ageDays } of credentials) {
    const at = NOW - ageDays * DAY;
    const value = {
      clientId,
      seen: { first: at },
      vaultVersion: { id: "stored", at, run: `${new Date(NOW).toISOString()}#earlier` },
    };
    await table.put({ partition: `TENANT#${tenant}`, sort: `CREDENTIAL#${clientId}` }, value);
  }

  const change = async (tenant: string, clientId: string, changed: Partial<RotationRecord>): Promise<void> => {
    const key = rotationKey(tenant, clientId);
    const row = (await table.get(key)) as Row<RotationRecord> | undefined;
    const one = configured.find((other) => other.tenant === tenant && other.clientId === clientId);
    const { kind = "client-secret", secret = "" } = one ?? {};
    const fresh: RotationRecord = { clientId, arn: arnOf(secret), kind, failures: 0, aftercare: [] };
    await table.put(key, { ...(row?.value ?? fresh), ...changed });
  };

  /** As the function that rotates would record it. */
  const live = (arn: string, version: VersionId): void => {
    const { tenant, clientId } = owners.get(arn) as ConfiguredCredential;
    const fate = fates.get(arn);
    const from = clock.now();
    const after = fate === "proven" ? 140_000 : 20_000;
    begun.push({ tenant, clientId, version, from, to: fate === "is never heard of" ? Infinity : from + after });
    if (fate === "fails") {
      const failure = {
        version,
        step: "setSecret",
        at: from + after,
        code: "unreachable",
        refusal: null,
        message: "No.",
      };
      clock.at(from + after, () => void change(tenant, clientId, { lastFailure: failure as never, failures: 1 }));
    }
    if (fate !== "proven") return;
    const key = { partition: `TENANT#${tenant}`, sort: `CREDENTIAL#${clientId}` };
    clock.at(from + 60_000, () => {
      void change(tenant, clientId, { promoted: { version, at: from + 60_000 }, failures: 0 });
      void table.put(key, { clientId, seen: { first: 0 }, rotatedAt: from + 60_000 });
    });
    const proof = { old: "old", current: version, provenAt: from + after, answers: [] };
    clock.at(from + after, () => void change(tenant, clientId, { lastProof: proof }));
  };

  const self: Company = {
    table,
    clock,
    secrets,
    begun,
    failures: [],
    onCall: () => undefined,
    recordOf: (tenant, clientId) => table.peek<RotationRecord>(rotationKey(tenant, clientId)),
    change,
    async audited(run, tenants, status = "complete") {
      for (const tenant of tenants) {
        const key = runRowKey(tenant, runKey(run));
        await table.put(key, record(tenant, { run, status, reason: status === "failed" ? "unreachable" : null }));
      }
    },
    rotate(run, tenants, parts = {}) {
      const rotation = partsOf(self);
      const service: Pick<RotationService, "startRotation"> = {
        async startRotation(arn, version) {
          self.onCall();
          const known = begun.find((one) => one.version === version);
          if (!known) live(arn, version);
          return { outcome: "started" };
        },
      };
      const whole: RotateDueParts = {
        rotation,
        service,
        credentials: configured,
        limits: { maxPerRun: 5, maxPercentPerRun: 100 },
        timezone: "Europe/Berlin",
        deadline: clock.now() + 890_000,
        onFailure: (_, error) => void self.failures.push(error),
        ...parts,
      };
      return clock.run(rotateDue({ run, tenants }, whole));
    },
  };
  return self;
}

function configuredOf({ ageDays: _, fate: __, ...credential }: Aged): ConfiguredCredential {
  const { tenant, clientId } = credential;
  return {
    kind: "client-secret",
    secret: `apps/${tenant}/${clientId}`,
    rotate: "auto",
    maxAge: 90 * 86_400,
    hasRotator: true,
    ...credential,
  };
}

const storedSecret = (name: string): VaultSecret => ({
  arn: arnOf(name),
  name,
  rotationEnabled: true,
  rotationFunction: rotationFunctionArn(arnOf(name)),
  versions: new Map([["old", ["AWSCURRENT"]]]),
});

/** Ports whose every call may fail; nothing here talks to Auth0. */
function partsOf(self: Company): RotationParts {
  const { table, clock, secrets } = self;
  const nobody = () => Promise.reject(new Error("Nobody should ask for this."));
  return {
    table: {
      get: async (key) => {
        self.onCall();
        return table.get(key);
      },
      list: (partition, range) => table.list(partition, range),
      put: async (key, value, options) => {
        self.onCall();
        return table.put(key, value, options);
      },
      remove: (key, options) => table.remove(key, options),
    },
    vault: {
      describe: async (name) => {
        self.onCall();
        const found = secrets.get(name) ?? [...secrets.values()].find(({ arn }) => arn === name);
        if (found) return found;
        throw new CurfewError("not-found", `There is no secret ${name}.`);
      },
      read: () => Promise.reject(new CurfewError("vault-failed", "Nothing can be read here.", { retryable: true })),
      storePending: nobody,
      promote: nobody,
      dropPending: nobody,
      dropPrevious: nobody,
    },
    evidence: memoryEvidence(),
    settings: ({ tenant, clientId, kind }) => ({
      ...{ tenant, clientId, kind },
      ...{ domain: "acme.eu.auth0.com", rotate: "auto", overlap: 86_400, allowHs256: false },
    }),
    tenant: nobody,
    clock,
    random: () => 0.5,
    newSecret: () => {
      throw new Error("Nobody should make a secret.");
    },
    newKey: nobody,
  };
}
