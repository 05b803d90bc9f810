import { CurfewError } from "../../model/curfew-error.ts";
import type { RotationSettings } from "../parts.ts";
import type { RotationTenant } from "../ports.ts";

/** Who is to write what. */
interface Writing {
  settings: Pick<RotationSettings, "tenant" | "clientId" | "kind">;
  tenant(): Promise<Pick<RotationTenant, "missingScopes">>;
}

/**
 * Makes sure, before a new credential is made, that the rotator may give it to the application, and take an old key away
 * again: once the tenant was told the only way is forward. What Auth0 does not say of its token may be enough.
 *
 * @throws CurfewError `missing-scope`
 */
export async function assertMayWrite({ tenant, settings }: Writing): Promise<void> {
  const missing = await (await tenant()).missingScopes(settings.kind);
  if (missing.length === 0) return;
  const { tenant: name, clientId } = settings;
  const message = `The rotator of ${name} lacks ${missing.join(" and ")}, without which nobody can give ${clientId} a new credential; grant it.`;
  throw new CurfewError("missing-scope", message, { detail: missing.join(" ") });
}
