import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { assertPlaceIsFree, findUnfinished } from "../../lib/rotation/by-hand/order-by-hand.ts";
import { resumeRotation } from "../../lib/rotation/ledger/ledger.ts";
import type { Refusal } from "../../lib/rotation/refusal.ts";
import { agreed } from "../rotation/agreed.ts";
import { openDeployedRotation } from "../rotation/deployed-rotation.ts";
import { orderAndFollow } from "../rotation/follow-rotation.ts";
import { sayingRefusals } from "../rotation/refused-command.ts";
import { namedCredential } from "../rotation/rotated-credential.ts";
import { refusalAdvice } from "../rotation/rotation-outcome.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew rotate resume`. */
export interface ResumeOptions {
  config: string;
  tenant: string;
  client: string;
  table?: string;
  evidence?: string;
  yes: boolean;
}

/** Lets automatic tries go on, and rotates at once: finishes what hangs, or begins anew. */
export async function runRotateResume(
  options: ResumeOptions,
  terminal: Terminal,
  invocation: Invocation,
): Promise<void> {
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(systemClock.now()) });
  const named = namedCredential(config, options.tenant, options.client);
  const { tenant, credential } = named;
  const rotation = await openDeployedRotation(config, options, invocation.signal);
  const name = `${credential.clientId} in ${tenant.name}`;
  const adviceOn = (refusal: Refusal) => refusalAdvice(refusal, { tenant: tenant.name, ...credential });
  await sayingRefusals(terminal, invocation, adviceOn, async () => {
    const rotatable = await findUnfinished(rotation, { tenant: tenant.name, ...credential });
    const { record } = rotatable;
    if (!record?.held && !record?.underWay && rotatable.hanging === undefined) {
      terminal.out(
        `The credential of ${name} is not held, and nothing of it is unfinished: there is nothing to resume.\n`,
      );
      return;
    }
    assertPlaceIsFree(rotatable, rotation.clock.now());
    const asked = { overwrite: false, yes: options.yes, keepsProof: rotation.keepsProof };
    if (!(await agreed(named, rotatable, asked, terminal, invocation))) return;
    await resumeRotation(rotation.table, rotatable.target);
    if (record?.held) terminal.err(`The credential of ${name} is not held any more.\n`);
    await orderAndFollow(rotatable, false, rotation, terminal, invocation);
  });
}
