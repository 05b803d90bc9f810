import type { Login } from "../../lib/auth0/login.ts";
import type { TenantConfig } from "../../lib/config/schema.ts";
import { readPayload } from "../../lib/config/secret-payload.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { looksLikeSecret } from "../../lib/model/looks-like-secret.ts";
import type { Secret } from "../../lib/model/secret.ts";
import { LONGEST, NO_SECRET_IN_REASON } from "../../lib/revocation/desk/requests.ts";
import { incidentId } from "../../lib/revocation/incident/incident-id.ts";
import type { IncidentRequest } from "../../lib/revocation/incident/open-incident.ts";
import { leakedClient, readLeakedToken, type TokenFacts } from "../../lib/revocation/leak/leaked-token.ts";
import { AUTH0_HERE } from "../auth0-here.ts";
import { secretFile } from "../person.ts";
import { sinceWhen } from "../since-when.ts";

/** What a person says of a leak. */
export interface LeakOptions {
  tenant?: string;
  client?: string;
  reason?: string;
  /** `-` is standard input. */
  tokenFile?: string;
  leakedSince?: string;
  leakedKey?: string;
  name?: string;
  drill: boolean;
}

/** What an incident is started with. Of a token only facts are in it. */
export type LeakRequest = Omit<IncidentRequest, "openedAt" | "openedBy">;

/**
 * Reads what leaked, here and nowhere else, and says which application it is about.
 *
 * @throws CurfewError `arguments-invalid`, `token-refused`
 */
export async function leakRequest(
  options: LeakOptions,
  tenant: TenantConfig,
  signal: AbortSignal,
): Promise<LeakRequest> {
  const { reason = "", client, tokenFile, leakedKey, name, drill } = options;
  if (client === undefined && tokenFile === undefined) throw invalid(UNNAMED);
  mustBeReason(reason);
  mustFit("--client", client, LONGEST.clientId);
  mustFit("--leaked-key", leakedKey, LONGEST.leakedKey);
  const token = tokenFile === undefined ? null : await readToken(tokenFile, tenant, signal);
  const clientId = token ? leakedClient(token, client) : (client ?? "");
  if (clientId.trim() === "") throw invalid(UNNAMED);
  const since = leakedSince(options.leakedSince);
  incidentId({ tenant: tenant.name, clientId, drill, openedAt: 0, ...(name === undefined ? {} : { name }) }); // a name that cannot be one is said before anybody is asked
  return {
    tenant: tenant.name,
    clientId,
    reason,
    leakedSince: since,
    drill,
    token,
    ...(leakedKey === undefined ? {} : { leakedKey }),
    ...(name === undefined ? {} : { name }),
  };
}

/**
 * What an incident is started with stays, so whoever goes on with one says none of it: one that is none is no drill by
 * going on with it as one.
 *
 * @throws CurfewError `arguments-invalid`
 */
export function mustBeAsStarted(options: LeakOptions): void {
  const given = STARTING.flatMap(([option, name]) => (options[name] ? [option] : []));
  if (given.length === 0) return;
  throw invalid(`--resume goes on with an incident as it was started; leave out ${given.join(" and ")}.`);
}

const STARTING = [
  ["--tenant", "tenant"],
  ["--client", "client"],
  ["--reason", "reason"],
  ["--token-file", "tokenFile"],
  ["--leaked-since", "leakedSince"],
  ["--leaked-key", "leakedKey"],
  ["--name", "name"],
  ["--drill", "drill"],
] as const satisfies readonly (readonly [string, keyof LeakOptions])[];

const UNNAMED =
  "Name what leaked: its application, --client ID, or a token of it, --token-file FILE (- is standard input).";

/**
 * Why something is done, as it goes to people and into the evidence: never what leaked.
 *
 * @throws CurfewError `arguments-invalid`
 */
export function mustBeReason(reason: string): void {
  if (reason.trim() === "") throw invalid("Say why, for those who are told and for the evidence: --reason.");
  mustFit("--reason", reason, LONGEST.reason);
  if (looksLikeSecret(reason)) throw invalid(`--reason ${NO_SECRET_IN_REASON}.`);
}

/**
 * What the desk would not take is said before anything is shown.
 *
 * @param most characters
 * @throws CurfewError `arguments-invalid`
 */
function mustFit(option: string, text: string | undefined, most: number): void {
  if (text !== undefined && text.length > most) throw invalid(`${option} takes ${most} characters at most.`);
}

async function readToken(file: string, { domain, origin }: TenantConfig, signal: AbortSignal): Promise<TokenFacts> {
  const text = await secretFile(file, "--token-file", signal);
  const address = { domain, ...(origin === undefined ? {} : { origin }) };
  return readLeakedToken(text, address, AUTH0_HERE, signal);
}

const BEFORE_AUTH0 = Date.UTC(2013);

function leakedSince(text: string | undefined): number | null {
  if (text === undefined) return null;
  const now = systemClock.now();
  const at = sinceWhen(text, now, "--leaked-since");
  if (at > now) throw invalid("--leaked-since lies in the future.");
  if (at < BEFORE_AUTH0) throw invalid("--leaked-since lies before 2013, when there was no Auth0.");
  return Math.floor(at);
}

/**
 * Reads what leaked, to be tried afterwards: a client secret, or a private key as JSON Web Key. A token is none of both:
 * that Auth0 refuses it would look as if what leaked were dead.
 *
 * @throws CurfewError `arguments-invalid`
 */
export async function leakedLogin(file: string, clientId: string, domain: string, signal: AbortSignal): Promise<Login> {
  const payload = await secretFile(file, "--old-secret-file", signal);
  if (isToken(payload)) throw invalid(TOKEN_TO_TRY);
  if (payload.reveal().includes("-----BEGIN CERTIFICATE")) throw invalid(CERTIFICATE_TO_TRY);
  const kind = /"(kty|privateKeyJwk)"/.test(payload.reveal()) ? "private-key" : "client-secret";
  try {
    const value = readPayload(payload, { kind, clientId, domain, reference: "of --old-secret-file" });
    return kind === "private-key"
      ? { method: kind, clientId, privateKeyJwk: value }
      : { method: kind, clientId, secret: value };
  } catch (error) {
    if (!(error instanceof CurfewError)) throw error;
    throw invalid(error.message);
  }
}

/** A JSON Web Token, whatever was copied with it, and also where its end is missing: no secret or key looks so. */
const isToken = (payload: Secret): boolean => /eyJ[\w-]{8,}\./.test(payload.reveal());

const TOKEN_TO_TRY =
  "--old-secret-file takes the credential that leaked, to ask for tokens with it; this is a token itself: give it as --token-file.";

const CERTIFICATE_TO_TRY =
  "--old-secret-file takes a client secret, or a private key as JSON Web Key (JWK); with a certificate (mTLS) Curfew cannot log in: leave it out.";

const invalid = (message: string): CurfewError => new CurfewError("arguments-invalid", message);
