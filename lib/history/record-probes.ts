import type { Login } from "../auth0/login.ts";
import { calibrate, type ProbeParts } from "../auth0/probe.ts";
import type { TenantAddress } from "../auth0/tenant-address.ts";
import { CurfewError } from "../model/curfew-error.ts";
import type { Table } from "../store/table.ts";
import { openCredentials } from "./credentials.ts";
import type { DriftProbe } from "./history.ts";
import { eventsOfCalibrating, noteOwnRequests } from "./own-requests.ts";
import type { ManagedCredential } from "./read-history.ts";

/** What recording probes needs. */
export interface ProbeRecording {
  /** The tenant's name, and where it is. */
  tenant: TenantAddress & { name: string };
  credentials: readonly ManagedCredential[];
  /** The stored credential (AWSCURRENT), checked against tenant and client; rejects with `reference-unresolved`. */
  login(credential: ManagedCredential): Promise<Login>;
  table: Table;
  /** When this run was started: ISO 8601. A client that nobody recorded yet is known from then on. */
  run: { startedAt: string };
  parts: ProbeParts;
  signal: AbortSignal;
}

/** How many credentials got which answer. */
export type ProbeCounts = Record<DriftProbe["answer"], number>;

/**
 * Asks a tenant whether it accepts the stored credentials, and records each answer at once. One after the other: Auth0
 * counts failed logins, and there is no hurry.
 *
 * `refused` is recorded only where every endpoint that refuses a random credential refuses it, too; an endpoint that
 * accepts anything proves nothing. Whatever else goes wrong is an answer `unknown` with its reason.
 *
 * @throws CurfewError `interrupted`, and whatever the memory fails with
 */
export async function recordProbes(recording: ProbeRecording): Promise<ProbeCounts> {
  const { table, tenant, run, credentials, parts } = recording;
  const known = await openCredentials(table, tenant.name);
  const counts: ProbeCounts = { accepted: 0, refused: 0, unknown: 0 };
  for (const credential of credentials) {
    const { clientId } = credential;
    const at = Math.round(parts.clock.now());
    const probe = { at, ...(await probeOne(credential, recording)) };
    await known.learn([{ clientId, seen: { first: Date.parse(run.startedAt) }, probe }]);
    counts[probe.answer] += 1;
  }
  return counts;
}

/** What Secrets Manager says of a secret that does not exist, and of one without a current value. */
const NOTHING_STORED = "ResourceNotFoundException";

type Outcome = Omit<DriftProbe, "at">;

/** Its four or eight requests and their retries take no longer. Milliseconds. */
const LONGEST_PROBE = 300_000;

async function probeOne(credential: ManagedCredential, recording: ProbeRecording): Promise<Outcome> {
  try {
    return await ask(await recording.login(credential), recording);
  } catch (error) {
    if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
    const outcome = unknown("fetch-failed", `the stored credential could not be read (${error.detail ?? error.code})`);
    return error.detail === NOTHING_STORED ? { ...outcome, isMissing: true } : outcome;
  }
}

async function ask(login: Login, { tenant, table, parts, signal }: ProbeRecording): Promise<Outcome> {
  const from = parts.clock.now();
  const about = { tenant: tenant.name, clientId: login.clientId };
  await noteOwnRequests(table, about, { from, until: from + LONGEST_PROBE })(eventsOfCalibrating(login));
  const calibration = await calibrate(tenant, login, parts, signal);
  if (calibration.endpoint !== null) return { answer: "accepted", reason: null, detail: null };
  if (calibration.reason !== "not-accepted") {
    return unknown(calibration.reason === "cannot-tell" ? "not-reported" : "fetch-failed", calibration.detail);
  }
  const { said } = calibration;
  return said.answer === "unknown" ? unknown("fetch-failed", said.detail) : { ...said, reason: null, detail: null };
}

const unknown = (reason: NonNullable<DriftProbe["reason"]>, detail: string): Outcome => ({
  answer: "unknown",
  reason,
  detail,
});
