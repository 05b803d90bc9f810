import { LOGINS } from "../config/logins.ts";
import { loginFrom, type SecretSources } from "../config/references.ts";
import type { LoginConfig, TenantConfig } from "../config/schema.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { auth0Responder, type ResponderOptions } from "./auth0-responder.ts";
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

/**
 * Opens a tenant for an incident: with the responder's login or, where the incident is about the responder, with the
 * spare's. Where there is none, nobody acts: a login that locks itself out could not tell what it left undone, so every
 * function rejects with `configuration-invalid`, and the incident says what people must do.
 *
 * @param clientId the application that the incident is about
 * @throws CurfewError `configuration-invalid` where the tenant has no responder at all, `reference-unresolved` where its
 * login cannot be read
 */
export async function openResponder(
  tenant: TenantConfig,
  clientId: string,
  sources: SecretSources,
  parts: ResponderParts,
): Promise<ResponderTenant> {
  const acting = actingLogin(tenant, clientId);
  if (!acting) return nobody(noSpare(tenant.name));
  const { domain, origin, plan } = tenant;
  const login = await loginFrom(acting, domain, sources);
  const address = { domain, ...(origin === undefined ? {} : { origin }) };
  return auth0Responder({ address, plan, login, clientId, ...parts });
}

function actingLogin({ name, responder, spareResponder }: TenantConfig, clientId: string): LoginConfig | undefined {
  if (!responder) throw noResponder(name);
  return responder.clientId === clientId ? spareResponder : responder;
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
