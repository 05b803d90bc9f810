import type { Login } from "../../auth0/login.ts";
import type { ProbeAnswer } from "../../auth0/probe.ts";
import type { Instant } from "../../history/history.ts";
import type { Clock } from "../../model/clock.ts";
import { PROOF_PAUSE, REFUSALS } from "../../rotation/aftercare/proof.ts";
import { calibratedAsk, type Said } from "../../rotation/asking/asking.ts";
import type { RotationTenant } from "../../rotation/ports.ts";
import type { Table } from "../../store/table.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import { addToTimeline } from "../incident/timeline.ts";

/** `INCIDENT#<id>`, `SUPPLIED`: what became of the credential that a person gave for the proof. Never the credential. */
export interface Supplied {
  /** When Auth0 was seen to accept it: then it was the right one. */
  acceptedAt: Instant | null;
  /** When it was last refused all the time, five times over 30 s. */
  refusedAt: Instant | null;
  /** The last time. */
  last: Said;
  at: Instant;
}

/** What trying it works with: no login of Curfew's is needed. */
export interface SuppliedParts {
  table: Table;
  clock: Clock;
  signal: AbortSignal;
  /** Asks the tenant whether it accepts a credential, and obtains nothing. */
  tenant: Pick<RotationTenant, "calibrate" | "probe">;
}

const key = ({ id }: Incident) => ({ partition: incidentPartition(id), sort: "SUPPLIED" });

export const readSupplied = async (table: Table, incident: Incident): Promise<Supplied | undefined> =>
  (await table.get<Supplied>(key(incident)))?.value;

/**
 * Asks whether Auth0 still accepts a credential that a person gave, on that person's machine, and records the answer
 * alone. Refused means: five times over 30 s, as for every proof. To be called once before the credential is replaced,
 * if there is time, and once after: who was seen to be accepted before is proven dead after.
 *
 * @throws CurfewError `rotation-refused` where Auth0's answers mean nothing for this application, `rotation-unfinished`,
 * retryable, where it did not answer, `store-failed`, `interrupted`
 */
export async function proveWithSupplied(incident: Incident, leaked: Login, parts: SuppliedParts): Promise<Supplied> {
  const { table, clock } = parts;
  const said = await askLong(leaked, parts);
  const at = Math.round(clock.now());
  const known = await readSupplied(table, incident);
  const supplied: Supplied = {
    acceptedAt: said === "accepted" ? at : (known?.acceptedAt ?? null),
    refusedAt: said === "refused" ? at : said === "accepted" ? null : (known?.refusedAt ?? null),
    last: said,
    at,
  };
  await table.put<Supplied>(key(incident), supplied);
  const what = "Asked whether Auth0 accepts the credential that a person gave for the proof.";
  await addToTimeline(table, incident.id, { at, who: "curfew", what, answer: said });
  return supplied;
}

async function askLong(leaked: Login, { clock, signal, tenant }: SuppliedParts): Promise<Said> {
  const settings = { clientId: leaked.clientId, kind: leaked.method };
  const credential = leaked.method === "client-secret" ? leaked.secret : leaked.privateKeyJwk;
  const asked = { ...tenant, obtainToken: async () => NEVER_ASKED };
  const ask = await calibratedAsk({ settings, tenant: async () => asked }, credential);
  for (let asked = 1; ; asked += 1) {
    const said = await ask(credential);
    if (said !== "refused" || asked === REFUSALS) return said;
    await clock.sleep(PROOF_PAUSE, signal);
  }
}

const NEVER_ASKED: ProbeAnswer = { answer: "unknown", detail: "no token is asked for" };

/** What that proves, in a sentence; empty where nobody gave anything. */
export function aboutSupplied(supplied: Supplied | undefined): string {
  if (!supplied) return "";
  const { acceptedAt, refusedAt, last } = supplied;
  if (last === "accepted") return "The credential that a person gave is still accepted.";
  if (refusedAt === null) return "Auth0 did not say whether it accepts the credential that a person gave.";
  return acceptedAt !== null && acceptedAt < refusedAt
    ? "The credential that a person gave was accepted before, and is refused now: it is dead."
    : "The credential that a person gave is refused, as it should be; that it was the application's before nobody saw from here, so that alone proves nothing.";
}
