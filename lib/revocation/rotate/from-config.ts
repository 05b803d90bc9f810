import { askForToken } from "../../auth0/ask-for-token.ts";
import { RETRY_POLICY } from "../../auth0/retry.ts";
import { REQUEST_TIMEOUT, type TenantAccess } from "../../auth0/tenant-access.ts";
import { LOGINS } from "../../config/logins.ts";
import { parseReference } from "../../config/references.ts";
import type { LoginConfig, TenantConfig } from "../../config/schema.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import type { RotationService } from "../../rotation/ports.ts";
import { incidentSettings } from "../from-config.ts";
import { allAbout, mustNotBeLocked, openOf } from "../incident/open-about.ts";
import type { ConfiguredSecret, RotateParts } from "./parts.ts";

/** What the configuration does not say. */
export interface RotateAccess
  extends Pick<RotateParts, "deadline">,
    Pick<TenantAccess, "signal" | "random" | "fetch" | "timeout" | "retryPolicy"> {
  rotation: RotationParts;
  service: Pick<RotationService, "createManaged">;
}

/** What replaces a leaked credential of a tenant, as the configuration says. Nothing is sent before the first call. */
export function rotatePartsOf(tenant: TenantConfig, access: RotateAccess): RotateParts {
  const { rotation, service, deadline, signal, random } = access;
  const { table, clock } = rotation;
  const { timeout = REQUEST_TIMEOUT, retryPolicy = RETRY_POLICY } = access;
  const probes = { clock, random, fetch: access.fetch ?? fetch, timeout, retryPolicy };
  const { domain, origin } = tenant;
  const address = { domain, ...(origin === undefined ? {} : { origin }) };
  return {
    settings: incidentSettings(tenant),
    ...{ table, clock, deadline, signal, service },
    rotation: withoutLocked(tenant, rotation),
    configured: (clientId) => configuredSecret(tenant, clientId),
    tokenFor: (login, audience) => askForToken(address, login, audience, probes, signal),
  };
}

/** A rotation in which nobody logs in as a rotator that an incident has locked, this one or another. */
function withoutLocked({ name, rotator }: TenantConfig, rotation: RotationParts): RotationParts {
  if (!rotator) return rotation;
  const tenant: RotationParts["tenant"] = async (...asked) => {
    const about = await allAbout(rotation.table, { tenant: name, clientId: rotator.clientId });
    mustNotBeLocked(openOf(about), `rotator of ${name}`);
    return rotation.tenant(...asked);
  };
  return { ...rotation, tenant };
}

/**
 * The secret that the configuration names for an application: as a credential that is rotated, or as what one of
 * Curfew's own logins reads. Whoever reads it must find the new one there.
 */
export function configuredSecret(tenant: TenantConfig, clientId: string): ConfiguredSecret | undefined {
  const credential = tenant.credentials.find((one) => one.clientId === clientId);
  if (credential) return { secret: credential.secret, kind: credential.kind };
  const logins = LOGINS.map((name) => tenant[name]).filter((login) => login?.clientId === clientId);
  return logins.map((login) => login && secretOfLogin(login)).find((found) => found !== undefined);
}

function secretOfLogin({ secret, privateKey }: LoginConfig): ConfiguredSecret | undefined {
  const reference = parseReference(privateKey ?? secret ?? "");
  if (reference?.source !== "secretsmanager") return undefined;
  return { secret: reference.name, kind: privateKey === undefined ? "client-secret" : "private-key" };
}
