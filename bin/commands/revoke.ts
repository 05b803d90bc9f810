import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { selectTenant } from "../../lib/config/select-tenants.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import { DEFAULT_CONFIG } from "../config-option.ts";
import { type LeakOptions, leakedLogin, leakRequest, mustBeAsStarted } from "../incident/incident-request.ts";
import { revokeDeployed } from "../incident/revoke-deployed.ts";
import { resumeLocally, revokeLocally } from "../incident/revoke-locally.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew revoke`. */
export interface RevokeOptions extends LeakOptions {
  config: string;
  /** `-` is standard input. */
  oldSecretFile?: string;
  local: boolean;
  /** The id of a local incident; true for the only one. */
  resume?: string | true;
  table?: string;
  desk?: string;
  yes: boolean;
}

/** Contains what leaked, through the deployed stack or from this machine. */
export async function runRevoke(options: RevokeOptions, terminal: Terminal, invocation: Invocation): Promise<void> {
  const { local, resume, oldSecretFile, yes } = options;
  mustAgree(options);
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(systemClock.now()) });
  const how = {
    ...(options.config === DEFAULT_CONFIG ? {} : { config: options.config }),
    ...(oldSecretFile === undefined ? {} : { oldSecretFile }),
  };
  if (resume !== undefined) {
    await resumeLocally({ tenants: config.tenants, resume, how }, terminal, invocation);
    return;
  }
  if (options.tenant === undefined) throw invalid(UNNAMED);
  const tenant = selectTenant(config.tenants, options.tenant);
  const request = await leakRequest(options, tenant, invocation.signal);
  const leaked =
    oldSecretFile === undefined
      ? null
      : await leakedLogin(oldSecretFile, request.clientId, tenant.domain, invocation.signal);
  if (local) await revokeLocally({ request, tenant, leaked, how, yes }, terminal, invocation);
  else await revokeDeployed({ ...options, request, tenant, leaked }, terminal, invocation);
}

const UNNAMED = 'Name what leaked: npx curfew revoke --tenant acme-prod --client abc --reason "found in a log".';

function mustAgree({ local, resume, oldSecretFile, ...started }: RevokeOptions): void {
  if (started.tokenFile === "-" && oldSecretFile === "-") {
    throw invalid("Only one of the two can be read from standard input.");
  }
  if (resume === undefined) return;
  if (!local) {
    throw invalid("--resume goes with --local; the deployed stack is asked again by the same command as before.");
  }
  mustBeAsStarted(started);
}

const invalid = (message: string): CurfewError => new CurfewError("arguments-invalid", message);
