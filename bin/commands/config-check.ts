import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { exceptionState } from "../../lib/config/exceptions.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { resolvePolicy } from "../../lib/config/policy.ts";
import type { Config, LoginConfig, TenantConfig } from "../../lib/config/schema.ts";
import { wantedScopes } from "../../lib/findings/evaluate.ts";
import { systemClock } from "../../lib/model/clock.ts";
import type { Terminal } from "../terminal.ts";

/** Validates a config file and says what it means; nothing is sent and no secret is read. */
export async function runConfigCheck(options: { config: string }, terminal: Terminal): Promise<void> {
  const now = systemClock.now();
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(now) });
  terminal.out(
    `${[`${options.config} is in order.`, tenants(config), policy(config), exceptions(config, now)].join("\n\n")}\n`,
  );
}

function tenants(config: Config): string {
  return [`${count(config.tenants.length, "tenant")}:`, ...config.tenants.map(tenantLine)].join("\n");
}

function tenantLine(tenant: TenantConfig): string {
  const where = tenant.origin === undefined ? tenant.domain : `${tenant.domain}, at ${tenant.origin}`;
  const { auditor, rotator, credentials } = tenant;
  const automatic = credentials.filter(({ rotate }) => rotate === "auto").length;
  return [
    `  ${tenant.name}  (${where}; plan ${tenant.plan})`,
    `    auditor ${loginText(auditor)}`,
    ...(rotator ? [`    rotator ${loginText(rotator)}`] : []),
    ...(credentials.length === 0
      ? []
      : [`    ${count(credentials.length, "credential")}, ${automatic} rotated automatically:`]),
    ...credentials.map(credentialLine),
  ].join("\n");
}

const loginText = (login: LoginConfig): string =>
  `${login.clientId}, ${"secret" in login ? login.secret : login.privateKey}`;

const credentialLine = ({ clientId, kind, secret, rotate }: TenantConfig["credentials"][number]): string =>
  `      ${clientId}, ${kind} in ${secret}; rotate: ${rotate}`;

function policy(config: Config): string {
  const limits = resolvePolicy(config.policy, CATALOGUE);
  const off = [...limits].filter(([, limit]) => limit === "off").map(([id]) => id);
  const changed = Object.keys(config.policy.checks);
  return [
    `Profile ${config.policy.profile}: ${limits.size - off.length} of ${limits.size} checks are on.`,
    ...(changed.length === 0 ? [] : [`  limits of your own: ${changed.join(", ")}`]),
    ...(off.length === 0 ? [] : [`  off: ${off.join(", ")}`]),
    `Scopes that the auditor needs: ${wantedScopes(CATALOGUE, limits).join(", ")}`,
  ].join("\n");
}

function exceptions(config: Config, now: number): string {
  if (config.exceptions.length === 0) return "No exceptions.";
  const lines = config.exceptions.map((exception) => {
    const state = exceptionState(exception, now);
    const note = state === "valid" ? "" : ` (${state})`;
    const where = exception.tenant ?? "all tenants";
    return `  ${exception.check} on ${exception.resource}, ${where}: until ${exception.expires}${note}, ${exception.owner}`;
  });
  return [`${count(lines.length, "exception")}:`, ...lines].join("\n");
}

const count = (number: number, name: string): string => `${number} ${name}${number === 1 ? "" : "s"}`;
