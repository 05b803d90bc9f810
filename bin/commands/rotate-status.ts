import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { maximumAges } from "../../lib/config/maximum-age.ts";
import { selectTenants } from "../../lib/config/select-tenants.ts";
import type { Instant } from "../../lib/history/history.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { jsonText } from "../../lib/reports/json.ts";
import { type StatusCredential, type TenantCredentials, tenantCredentials } from "../../lib/rotation/by-hand/status.ts";
import { configuredCredentials } from "../../lib/rotation/credentials/configured-credentials.ts";
import { standingFailure } from "../../lib/rotation/ledger/failing.ts";
import type { Failure, RotationFailure, RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";
import { earlySince } from "../../lib/rotation/ledger/under-way.ts";
import { dueDate } from "../../lib/rotation/schedule/due.ts";
import { openDeployedLedger } from "../deployed-ledger.ts";
import { requiredTable } from "../required-table.ts";
import { stateOf, unfinished } from "../rotation/rotation-state.ts";
import { statusText } from "../rotation/rotation-status-text.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew rotate status`. */
export interface RotateStatusOptions {
  config: string;
  tenant: string[];
  table?: string;
  format: "table" | "json";
}

/** Lists the credentials under Curfew's care and what is known of each; nothing but the table is asked. */
export async function runRotateStatus(options: RotateStatusOptions, terminal: Terminal): Promise<void> {
  const now = systemClock.now();
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(now) });
  const tenants = selectTenants(config.tenants, options.tenant);
  const table = await openDeployedLedger(requiredTable(options.table));
  const known: TenantCredentials[] = [];
  for (const tenant of tenants) {
    const configured = configuredCredentials([tenant], maximumAges(config.policy));
    known.push(await tenantCredentials(table, tenant.name, configured, now));
  }
  terminal.out(options.format === "json" ? asJson(known, now) : asText(known, now, terminal));
}

const asText = (tenants: readonly TenantCredentials[], now: Instant, { width, isWatched }: Terminal): string =>
  `${tenants.map((tenant) => statusText(tenant, now, { width, isFixed: isWatched })).join("\n\n")}\n`;

function asJson(tenants: readonly TenantCredentials[], now: Instant): string {
  const count = tenants.reduce((sum, { credentials }) => sum + credentials.length, 0);
  const listed = tenants.map(({ tenant, credentials, leftBehind }) => ({
    tenant,
    credentials: [...credentials.map((one) => credentialJson(one, now)), ...leftBehind.map(leftBehindJson)],
  }));
  return jsonText({ schemaVersion: 1, generatedAt: moment(now), tenants: listed }, count);
}

/** All keys are always there; what is not known is null. Moments are ISO 8601, lengths of time seconds. */
const credentialJson = (known: StatusCredential, now: Instant) => ({
  clientId: known.clientId,
  kind: known.kind,
  secret: known.secret,
  rotate: known.rotate,
  maxAge: known.maxAge,
  age: known.age ? { since: moment(known.age.since), source: known.age.source, isAtLeast: known.age.isAtLeast } : null,
  nextDue: moment(dueDate(known, now)?.dueAt),
  state: stateOf(known.rotation, known.isAdopted),
  ...rotationJson(known.rotation),
});

/** What is not in the configuration has none of what it says. */
const leftBehindJson = (rotation: RotationRecord) => ({
  clientId: rotation.clientId,
  kind: rotation.kind,
  secret: null,
  rotate: null,
  maxAge: null,
  age: null,
  nextDue: null,
  state: stateOf(rotation, true),
  ...rotationJson(rotation),
});

const rotationJson = (rotation: RotationRecord | undefined) => ({
  lastRotation: moment(rotation?.promoted?.at),
  underWay: rotation ? unfinishedJson(rotation) : null,
  aftercare: (rotation?.aftercare ?? []).map((care) => ({
    version: care.old,
    from: moment(care.from),
    overdueSince: moment(care.overdueSince),
    notProvable: care.notProvable ?? null,
    failure: care.failure ? failureJson(care.failure) : null,
  })),
  lastProof: rotation?.lastProof
    ? { version: rotation.lastProof.old, provenAt: moment(rotation.lastProof.provenAt) }
    : null,
  lastFailure: rotation ? rotationFailureJson(standingFailure(rotation)) : null,
  held: rotation?.held
    ? { since: moment(rotation.held.since), refusal: rotation.held.refusal, message: rotation.held.message }
    : null,
});

function unfinishedJson(rotation: RotationRecord) {
  const known = unfinished(rotation);
  if (!known) return null;
  const { version, since, stage } = known;
  return { version, startedAt: moment(since), stage, earlySince: moment(earlySince(rotation)) };
}

const rotationFailureJson = (failure: RotationFailure | undefined) =>
  failure ? { version: failure.version, step: failure.step, ...failureJson(failure) } : null;

const failureJson = ({ at, code, refusal, message }: Failure) => ({ at: moment(at), code, refusal, message });

/** Null for what is not known. */
const moment = (at: Instant | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());
