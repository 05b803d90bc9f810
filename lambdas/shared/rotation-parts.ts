import type { Login } from "../../lib/auth0/login.ts";
import { secretsManagerClient } from "../../lib/aws/secrets-manager-client.ts";
import { secretsManagerVault } from "../../lib/aws/secrets-manager-vault.ts";
import type { DeployedConfig } from "../../lib/config/deployed-config.ts";
import { notedLogin, noteOwnRequests } from "../../lib/history/own-requests.ts";
import type { Clock } from "../../lib/model/clock.ts";
import { configuredRotation } from "../../lib/rotation/from-config.ts";
import { newKey, newSecret } from "../../lib/rotation/kinds/new-credential.ts";
import { notingTenant } from "../../lib/rotation/noting-tenant.ts";
import type { RotationParts } from "../../lib/rotation/parts.ts";
import { deployedEvidence, deployedSecrets, deployedTable } from "./connections.ts";

/** How long a rotation's calls may last. */
export interface RotationTime {
  clock: Clock;
  /** When all is over, milliseconds since the epoch: nothing is changed after that, by nobody's retry either. */
  deadline: number;
  /** Ends what still waits for an answer of Auth0. */
  signal: AbortSignal;
}

/** What a deployed rotation works with. */
export function rotationParts({ tenants }: DeployedConfig, { clock, deadline, signal }: RotationTime): RotationParts {
  const random = Math.random;
  const sources = deployedSecrets();
  const table = deployedTable();
  const time = { from: clock.now(), until: deadline };
  const noted = (login: Login, tenant: string): Login => notedLogin(login, table, { tenant, ...time });
  const configured = configuredRotation(tenants, sources, { signal, deadline, clock, random, noted });
  return {
    ...configured,
    // Whoever watches an application of which something leaked must tell these questions from a thief's.
    tenant: async (target, end) =>
      notingTenant(
        await configured.tenant(target, end),
        noteOwnRequests(table, target, { from: clock.now(), until: deadline }),
      ),
    vault: secretsManagerVault(secretsManagerClient, { clock, deadline }),
    table,
    evidence: deployedEvidence(),
    clock,
    random,
    newSecret,
    newKey,
  };
}
