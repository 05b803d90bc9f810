import { LOGINS } from "../config/logins.ts";
import { loginFrom, type SecretSources } from "../config/references.ts";
import type { LoginConfig, TenantConfig } from "../config/schema.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import type { Table } from "../store/table.ts";
import { auth0Responder, type ResponderOptions } from "./auth0-responder.ts";
import type { Incident } from "./incident/incident.ts";
import { allAbout, lockedBy, lockingOf, mayBeLocked, openOf } from "./incident/open-about.ts";
import type { OwnLogin } from "./leak/classify.ts";
import type { IncidentSettings } from "./parts.ts";
import type { ResponderTenant } from "./ports.ts";

/** What the configuration says of a tenant in an emergency, with what it leaves out. */
export const incidentSettings = (tenant: TenantConfig): IncidentSettings => ({
  tenant: tenant.name,
  domain: tenant.domain,
  owner: tenant.owner ?? null,
  egress: tenant.containment?.networkAcl?.egress ?? null,
  own: ownLogins(tenant),
});

/** Where one application has two roles, the later one in the list says who can act against it. */
function ownLogins(tenant: TenantConfig): Map<string, OwnLogin> {
  const hasSpare = tenant.spareResponder !== undefined;
  const own = new Map<string, OwnLogin>();
  for (const role of LOGINS) {
    const clientId = tenant[role]?.clientId;
    if (clientId === undefined) continue;
    const known = own.get(clientId);
    const also = known ? { also: [known.role, ...(known.also ?? [])] } : {};
    own.set(clientId, { role, ...also, hasSpare });
  }
  return own;
}

/** What the requests of a responder go by. */
export type ResponderParts = Pick<
  ResponderOptions,
  "signal" | "deadline" | "clock" | "random" | "timeout" | "fetch" | "retryPolicy"
>;

/** What opening a responder works with. */
export interface OpeningParts extends ResponderParts {
  /** Where the incidents are, of which another one may have left the responder locked; left out where nobody looks. */
  table?: Table;
}

/**
 * Opens a tenant for an incident: with the responder's login or, where the incident is about the responder or another
 * one may have left it locked, with the spare's. Where none is left, nobody acts: a login that locks itself out could not tell what
 * it left undone, so every function rejects with `configuration-invalid`, and the incident says what people must do.
 *
 * @param clientId the application that the incident is about
 * @throws CurfewError `configuration-invalid` where the tenant has no responder at all, `reference-unresolved` where its
 * login cannot be read
 */
export async function openResponder(
  tenant: TenantConfig,
  clientId: string,
  sources: SecretSources,
  { table, ...parts }: OpeningParts,
): Promise<ResponderTenant> {
  const acting = await actingLogin(tenant, clientId, table);
  if (acting instanceof CurfewError) return nobody(acting);
  const { domain, origin, plan } = tenant;
  const login = await loginFrom(acting, domain, sources);
  const role = acting === tenant.responder ? "responder" : "spareResponder";
  const address = { domain, ...(origin === undefined ? {} : { origin }) };
  return auth0Responder({ address, plan, login, role, clientId, ...parts });
}

/**
 * Who acts, or why nobody does: the first that no incident may have left locked; else the first that is not known to be
 * locked, since a person may have opened it by hand. Without a spare nobody can have locked the responder.
 */
async function actingLogin(
  { name, responder, spareResponder }: TenantConfig,
  clientId: string,
  table: Table | undefined,
): Promise<LoginConfig | CurfewError> {
  if (!responder) throw noResponder(name);
  let doubtful: LoginConfig | undefined;
  let refusal: CurfewError | undefined;
  for (const login of [responder, ...(spareResponder ? [spareResponder] : [])]) {
    if (login.clientId === clientId) continue;
    const about = table && spareResponder ? await incidentsAbout(table, name, login) : [];
    const locking = lockingOf(openOf(about));
    if (locking) refusal ??= lockedBy(locking, `${login === responder ? "responder" : "spare responder"} of ${name}`);
    else if (mayBeLocked(about)) doubtful ??= login;
    else return login;
  }
  return doubtful ?? refusal ?? noSpare(name);
}

/** An emergency does not wait for the table: where it cannot say so, a login that is locked is refused, and that is told. */
async function incidentsAbout(table: Table, tenant: string, { clientId }: LoginConfig): Promise<Incident[]> {
  try {
    return await allAbout(table, { tenant, clientId });
  } catch (error) {
    if (hasCode(error, "store-failed")) return [];
    throw error;
  }
}

/** A tenant in which nothing can be done. */
function nobody(error: CurfewError): ResponderTenant {
  const refuse = (): Promise<never> => Promise.reject(error);
  return {
    client: refuse,
    setGrantTypes: refuse,
    keys: refuse,
    attachKeys: refuse,
    grants: refuse,
    organizationsOf: refuse,
    deleteGrant: refuse,
    createGrant: refuse,
    addOrganization: refuse,
    apis: refuse,
    signingKeys: refuse,
    rotateSigningKey: refuse,
    revokeSigningKey: refuse,
    networkAcls: refuse,
    createNetworkAcl: refuse,
    deleteNetworkAcl: refuse,
    lastLogEvent: refuse,
    logEvents: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
    tokenFor: refuse,
    renewToken: refuse,
    isFormerTokenAccepted: refuse,
  };
}

const noResponder = (tenant: string): CurfewError =>
  new CurfewError(
    "configuration-invalid",
    `The tenant ${tenant} has no responder in the configuration; create that application in Auth0 and add responder: { clientId: …, secret: secretsmanager:curfew/${tenant}/responder }.`,
  );

const noSpare = (tenant: string): CurfewError =>
  new CurfewError(
    "configuration-invalid",
    `Nobody can act against the responder of ${tenant}: the configuration has no spareResponder for it.`,
    { detail: "no spareResponder" },
  );
