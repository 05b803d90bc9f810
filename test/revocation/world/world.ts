import type { Alert } from "../../../lib/alerts/alert.ts";
import { type Incident, incidentKey, incidentPartition } from "../../../lib/revocation/incident/incident.ts";
import { openIncident } from "../../../lib/revocation/incident/open-incident.ts";
import type { OwnLogin } from "../../../lib/revocation/leak/classify.ts";
import type { IncidentParts } from "../../../lib/revocation/parts.ts";
import type { RevokedClient, RevokedGrant } from "../../../lib/revocation/ports.ts";
import { memoryEvidence } from "../../support/memory-evidence.ts";
import { type MemoryTable, memoryTable } from "../../support/memory-table.ts";
import { type EventClock, eventClock } from "../../support/world/event-clock.ts";
import { type Ending, type Process, runProcess } from "../../support/world/process.ts";
import { createWire, type Outage, type PlannedFault, type Wire } from "../../support/world/wire.ts";
import { wiredEvidence, wiredTable } from "../../support/world/wired-store.ts";
import { type Guard, guardOf } from "./guard.ts";
import { responderPort, wiredPublisher } from "./ports.ts";
import { allowedEvidence } from "./role.ts";
import { type WorldTenant, worldTenant } from "./tenant.ts";

export interface WorldOptions {
  /** The application; absent for one that nobody knows. */
  client?: Partial<RevokedClient> | null;
  /** Grants of the application when the incident begins. */
  grants?: readonly Partial<RevokedGrant>[];
  leakedKey?: string;
  drill?: boolean;
  own?: OwnLogin;
  egress?: readonly string[];
  faults?: readonly PlannedFault[];
  outage?: Outage;
  /** Something else changes the tenant right after the first call of this name. */
  beside?: { call: string; change(tenant: WorldTenant): void };
  /** Whether nobody hears anything, until it is calm. */
  isMute?: boolean;
}

/** A tenant in which an application leaked, and everything that Curfew remembers of it. */
export interface World {
  readonly clock: EventClock;
  readonly tenant: WorldTenant;
  readonly table: MemoryTable;
  readonly alerts: readonly Alert[];
  readonly wire: Wire;
  readonly guard: Guard;
  readonly opened: Incident;
  /** The grants as they were before. */
  readonly before: { client: RevokedClient | undefined; grants: readonly RevokedGrant[] };
  /** The incident as it is remembered. */
  incident(): Incident;
  /** What people were told, or will be as soon as anything can be sent. */
  told(): readonly Alert[];
  /** The same in one text. */
  heard(): string;
  /** Something else than Curfew changes the tenant. */
  putBack(change: (tenant: WorldTenant) => void): void;
  /** Curfew looked at all of it, and began at that moment. */
  looked(begunAt: number): void;
  approve(audiences: readonly string[]): void;
  /** Nothing goes wrong any more. */
  calm(): void;
  /**
   * Runs a process that works with parts: every call of it goes over the wire.
   *
   * @param timeout when it is killed: as a Lambda when left out. Milliseconds
   */
  run<T>(name: string, work: (parts: IncidentParts) => Promise<T>, timeout?: number): Promise<Ending<T>>;
}

export const CLIENT_ID = "job";

/** A Lambda's timeout and what of it is kept for the end. Milliseconds. */
const TIMEOUT = 60_000;
const RESERVE = 5_000;

/** Of a call. Milliseconds. */
const LATENCY = 40;

const CLIENT: RevokedClient = {
  clientId: CLIENT_ID,
  isGlobal: false,
  name: "Nightly job",
  appType: "non_interactive",
  tokenEndpointAuthMethod: "client_secret_post",
  grantTypes: ["client_credentials", "refresh_token"],
  attachedKeys: undefined,
};

const GRANT: Omit<RevokedGrant, "id"> = {
  audience: "https://orders",
  scopes: ["read:orders"],
  allowsAllScopes: undefined,
  subjectType: "client",
  organizationUsage: undefined,
  allowsAnyOrganization: undefined,
  isSystem: false,
  organizations: [],
};

export async function createWorld(options: WorldOptions): Promise<World> {
  const { drill = false, leakedKey } = options;
  const clock = eventClock();
  const table = memoryTable();
  const evidence = memoryEvidence();
  const alerts: Alert[] = [];
  const tenant = worldTenant(options.client === null ? undefined : { ...CLIENT, ...options.client });
  tenant.keys = [
    { id: "cred_1", kid: "old", name: "old" },
    { id: "cred_2", kid: "new", name: "new" },
  ];
  for (const grant of options.grants ?? []) tenant.createGrant({ ...GRANT, ...grant });
  const before = { client: tenant.client, grants: [...tenant.grants.values()] };
  const opened = await openIncident(table, {
    ...{ tenant: "acme", clientId: CLIENT_ID, reason: "It was in a public repository.", openedBy: "dana" },
    ...{ leakedSince: null, token: null, openedAt: clock.now(), drill },
    ...(leakedKey === undefined ? {} : { leakedKey }),
  });
  let isMute = options.isMute ?? false;
  let putBackAt: number | undefined;
  let approved: readonly string[] = [];
  const told = (): Alert[] => [...alerts, ...unsent()];
  const heard = (): string =>
    told()
      .flatMap(({ title, items }) => [title, ...items])
      .join("\n");
  const unsent = (): Alert[] =>
    table
      .rows(incidentPartition(opened.id))
      .flatMap(([sort, text]) => (sort.startsWith("UNTOLD#") ? [JSON.parse(text) as Alert] : []));
  const isGlobal = options.client?.isGlobal ?? false;
  const guard = guardOf({
    ...{ tenant, table, incident: opened, heard, isGlobal },
    isPutBack: () => putBackAt !== undefined,
    approved: () => approved,
  });
  let beside = options.beside;
  const onEffect = (call: string): void => {
    if (call === beside?.call) {
      putBackAt = clock.now();
      beside.change(tenant);
      beside = undefined;
    }
    guard.look(call);
  };
  const wire = createWire({
    ...{ clock, faults: options.faults ?? [], outage: options.outage },
    ...{ latency: () => LATENCY, isShared: false, onEffect },
  });
  const partsOf = (process: Process): IncidentParts => ({
    settings: {
      ...{ tenant: "acme", domain: "acme.eu.auth0.com", owner: null, egress: options.egress ?? null },
      own: new Map(options.own ? [[CLIENT_ID, options.own]] : []),
    },
    tenant: responderPort(tenant, guard, wire, process),
    table: wiredTable(table, wire, process),
    evidence: allowedEvidence(wiredEvidence(evidence, wire, process)),
    publisher: wiredPublisher(alerts, () => isMute, wire, process),
    clock: process.clock,
    deadline: process.killedAt - RESERVE,
    signal: new AbortController().signal,
  });
  return {
    ...{ clock, tenant, table, alerts, wire, guard, opened, before, told, heard },
    incident: () => table.peek<Incident>(incidentKey(opened.id)) ?? opened,
    putBack: (change) => {
      putBackAt = clock.now();
      change(tenant);
    },
    looked: (begunAt) => {
      if (putBackAt !== undefined && putBackAt < begunAt) putBackAt = undefined;
    },
    approve: (audiences) => {
      approved = audiences;
    },
    calm: () => {
      isMute = false;
      wire.calm();
    },
    run: (name, work, timeout = TIMEOUT) => runProcess(clock, name, timeout, (process) => work(partsOf(process))),
  };
}
