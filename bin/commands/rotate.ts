import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { maximumAges } from "../../lib/config/maximum-age.ts";
import type { Config } from "../../lib/config/schema.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError, type ErrorCode } from "../../lib/model/curfew-error.ts";
import { dryRun } from "../../lib/rotation/by-hand/dry-run.ts";
import { findRotatable } from "../../lib/rotation/by-hand/order-by-hand.ts";
import { configuredCredentials } from "../../lib/rotation/credentials/configured-credentials.ts";
import { knownCredentials } from "../../lib/rotation/credentials/known-credentials.ts";
import { credentialSettings } from "../../lib/rotation/from-config.ts";
import type { Refusal } from "../../lib/rotation/refusal.ts";
import { agreed } from "../rotation/agreed.ts";
import { type DeployedRotation, openDeployedRotation } from "../rotation/deployed-rotation.ts";
import { type AgedDryRun, dryRunText } from "../rotation/dry-run-text.ts";
import { orderAndFollow } from "../rotation/follow-rotation.ts";
import { sayingRefusals } from "../rotation/refused-command.ts";
import { type NamedCredential, namedCredential } from "../rotation/rotated-credential.ts";
import { refusalAdvice } from "../rotation/rotation-outcome.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew rotate`. */
export interface RotateOptions {
  config: string;
  tenant?: string;
  client?: string;
  table?: string;
  evidence?: string;
  dryRun: boolean;
  overwrite: boolean;
  yes: boolean;
}

/** Rotates one credential through the deployed stack, or says what that would meet. */
export async function runRotate(options: RotateOptions, terminal: Terminal, invocation: Invocation): Promise<void> {
  const { tenant, client } = options;
  if (tenant === undefined || client === undefined) throw unnamed();
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(systemClock.now()) });
  const named = namedCredential(config, tenant, client);
  const rotation = await openDeployedRotation(config, options, invocation.signal);
  if (options.dryRun) {
    const run = await dryRunOf(named, config, rotation, options.overwrite);
    invocation.setExitCode(dryRunCode(run));
    terminal.out(dryRunText(named, run, systemClock.now(), terminal.width));
    return;
  }
  const adviceOn = (refusal: Refusal) => refusalAdvice(refusal, { tenant, ...named.credential });
  await sayingRefusals(terminal, invocation, adviceOn, async () => {
    const rotatable = await findRotatable(rotation, { tenant, ...named.credential });
    const { overwrite, yes } = options;
    const asked = { overwrite, yes, keepsProof: rotation.keepsProof };
    if (!(await agreed(named, rotatable, asked, terminal, invocation))) return;
    await orderAndFollow(rotatable, overwrite, rotation, terminal, invocation);
  });
}

const unnamed = (): CurfewError =>
  new CurfewError(
    "arguments-invalid",
    "Name what to rotate: npx curfew rotate --tenant acme-prod --client abc; npx curfew rotate status lists what there is.",
  );

/** Everything that a rotation would look at, and how old the credential is. */
async function dryRunOf(
  { tenant, credential }: NamedCredential,
  { policy }: Config,
  rotation: DeployedRotation,
  overwrite: boolean,
): Promise<AgedDryRun> {
  const settings = credentialSettings(tenant, credential);
  const run = await dryRun({ settings, secret: credential.secret, overwrite }, rotation);
  const configured = configuredCredentials([{ ...tenant, credentials: [credential] }], maximumAges(policy));
  const [known] = await knownCredentials(rotation.table, tenant.name, configured, systemClock.now());
  return { ...run, known, overwrite };
}

/** What AWS or the configuration keeps from being looked at says nothing of the credential. */
const UNSEEN: readonly ErrorCode[] = [
  "vault-failed",
  "store-failed",
  "not-found",
  "reference-unresolved",
  "configuration-invalid",
];

/** As `rotate` itself would end. */
function dryRunCode({ obstacles }: AgedDryRun): 0 | 1 | 3 {
  if (obstacles.length === 0) return 0;
  return obstacles.some(({ code }) => UNSEEN.includes(code)) ? 3 : 1;
}
