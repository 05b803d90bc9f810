import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { findRotatable, orderByHand } from "../../lib/rotation/by-hand.ts";
import { readRotation, resumeRotation } from "../../lib/rotation/ledger.ts";
import { openDeployedRotation } from "../deployed-rotation.ts";
import { followRotation } from "../follow-rotation.ts";
import { sayingRefusals } from "../refused-command.ts";
import { namedCredential } from "../rotated-credential.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew rotate resume`. */
export interface ResumeOptions {
  config: string;
  tenant: string;
  client: string;
  table?: string;
  evidence?: string;
}

/** Lets automatic tries go on, and rotates at once: finishes what hangs, or begins anew. */
export async function runRotateResume(
  options: ResumeOptions,
  terminal: Terminal,
  invocation: Invocation,
): Promise<void> {
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(systemClock.now()) });
  const { tenant, credential } = namedCredential(config, options.tenant, options.client);
  const rotation = await openDeployedRotation(config, options, invocation.signal);
  const name = `${credential.clientId} in ${tenant.name}`;
  await sayingRefusals(terminal, invocation, { tenant: tenant.name, ...credential }, async () => {
    const rotatable = await findRotatable(rotation, credential.secret);
    const record = await readRotation(rotation.table, rotatable.target);
    if (!record?.held && rotatable.hanging === undefined) {
      terminal.out(
        `The credential of ${name} is not held, and nothing of it is unfinished: there is nothing to resume.\n`,
      );
      return;
    }
    await resumeRotation(rotation.table, rotatable.target);
    terminal.err(
      rotatable.hanging === undefined
        ? `The credential of ${name} is not held any more; it is rotated now.\n`
        : `The credential of ${name} is not held any more; version ${rotatable.hanging} is finished from here.\n`,
    );
    const ordered = await orderByHand(rotatable, false, rotation);
    await followRotation(rotatable.target, ordered, rotation, terminal, invocation);
  });
}
