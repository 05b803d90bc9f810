import type { Login } from "../auth0/login.ts";
import { loginFrom, type SecretSources } from "../config/references.ts";
import type { TenantConfig } from "../config/schema.ts";
import type { Instant } from "../history/history.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { hours } from "../model/duration.ts";
import { type Auth0TenantOptions, auth0Tenant } from "./auth0-tenant.ts";
import { secretNameOf } from "./credentials/credential-text.ts";
import type { RotationTarget } from "./ledger/target.ts";
import type { RotationParts, RotationSettings } from "./parts.ts";
import type { RotationTenant } from "./ports.ts";

/** How long both keys stay where the configuration does not say: a day, so that what reads its vault once a day follows. */
const OVERLAP = hours(24);

/** What the rotator's requests go by. */
export interface RotatorParts extends Pick<Auth0TenantOptions, "signal" | "deadline" | "clock" | "random" | "timeout"> {
  /** Has it noted that the rotator logs in; left out where nobody notes it. */
  noted?: (rotator: Login, tenant: string) => Login;
}

/** What a rotation asks the configuration. */
export interface ConfiguredRotation {
  settings: RotationParts["settings"];
  /** As in RotationParts; the client need not be among the credentials. The earlier deadline counts. */
  tenant(target: Pick<RotationTarget, "tenant" | "clientId">, deadline?: Instant): Promise<RotationTenant>;
}

/** What is wanted for a target, and its client at the tenant, as the configuration says. */
export function configuredRotation(
  tenants: readonly TenantConfig[],
  sources: SecretSources,
  { noted = (login) => login, ...parts }: RotatorParts,
): ConfiguredRotation {
  const byName = new Map(tenants.map((tenant) => [tenant.name, tenant]));
  return {
    settings: (target) => settingsOf(byName.get(target.tenant), target),
    tenant: async ({ tenant: name, clientId }, end = Number.POSITIVE_INFINITY) => {
      const tenant = byName.get(name);
      if (!tenant?.rotator) throw noRotator(name);
      const { domain, origin, plan, rotator } = tenant;
      const login = noted(await loginFrom(rotator, domain, sources), name);
      const address = { domain, ...(origin === undefined ? {} : { origin }) };
      const deadline = Math.min(end, parts.deadline ?? end);
      return auth0Tenant({ address, plan, login, clientId, ...parts, deadline });
    },
  };
}

/**
 * Another secret than the configured one is not rotated: where a client has been moved to a new secret, somebody may
 * still ask for a rotation of the former one, and its consumers would be locked out.
 */
function settingsOf(tenant: TenantConfig | undefined, target: RotationTarget): RotationSettings | undefined {
  const credential = tenant?.credentials.find(({ clientId }) => clientId === target.clientId);
  if (!tenant?.rotator || credential?.secret !== secretNameOf(target.arn)) return undefined;
  return credentialSettings(tenant, credential);
}

/** What the configuration says of a credential, with what it leaves out. */
export const credentialSettings = (
  { name, domain }: Pick<TenantConfig, "name" | "domain">,
  { clientId, kind, rotate, overlap = OVERLAP, allowHs256 }: TenantConfig["credentials"][number],
): RotationSettings => ({ tenant: name, domain, clientId, kind, rotate, overlap, allowHs256 });

/** Nothing can be changed in a tenant without the application that may do so. */
export const noRotator = (tenant: string): CurfewError =>
  new CurfewError(
    "configuration-invalid",
    `The tenant ${tenant} has no rotator in the configuration; create that application in Auth0 and add rotator: { clientId: …, secret: secretsmanager:curfew/${tenant}/rotator }.`,
  );
