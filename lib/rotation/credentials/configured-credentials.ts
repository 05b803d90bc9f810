import type { TenantConfig } from "../../config/schema.ts";
import type { Seconds } from "../../model/duration.ts";
import type { CredentialKind } from "../ledger/target.ts";

/** A credential that Curfew looks after, as configured. */
export interface ConfiguredCredential {
  tenant: string;
  clientId: string;
  kind: CredentialKind;
  /** The secret's name in Secrets Manager. */
  secret: string;
  rotate: "auto" | "off";
  /** From when on it is due. */
  maxAge: Seconds;
  /** Whether the tenant has a rotator at all. */
  hasRotator: boolean;
}

/**
 * All credentials of some tenants.
 *
 * @param maxAges where a credential says nothing of its own
 */
export const configuredCredentials = (
  tenants: readonly Pick<TenantConfig, "name" | "credentials" | "rotator">[],
  maxAges: Readonly<Record<CredentialKind, Seconds>>,
): ConfiguredCredential[] =>
  tenants.flatMap(({ name, credentials, rotator }) =>
    credentials.map(({ clientId, kind, secret, rotate, maxAge = maxAges[kind] }) => ({
      tenant: name,
      clientId,
      kind,
      secret,
      rotate,
      maxAge,
      hasRotator: rotator !== undefined,
    })),
  );
