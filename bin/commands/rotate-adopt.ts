import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { loadConfig } from "../../lib/config/load.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { Secret } from "../../lib/model/secret.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { type Adopted, adopt } from "../../lib/rotation/by-hand/adopt.ts";
import type { CredentialKind } from "../../lib/rotation/ledger/target.ts";
import type { Refusal } from "../../lib/rotation/refusal.ts";
import { personHere, pipedSecret } from "../person.ts";
import { adoptRequest } from "../rotation/adopt-request.ts";
import { wordFor } from "../rotation/concerned.ts";
import { credentialEntry } from "../rotation/credential-entry.ts";
import { openDeployedRotation } from "../rotation/deployed-rotation.ts";
import { sayingRefusals } from "../rotation/refused-command.ts";
import { tenantWithRotator } from "../rotation/rotated-credential.ts";
import { refusalAdvice } from "../rotation/rotation-outcome.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew rotate adopt`. */
export interface AdoptOptions {
  config: string;
  tenant: string;
  client: string;
  /** The secret's name in Secrets Manager. */
  secret: string;
  table?: string;
}

/** Puts a credential under Curfew's care and prints what to write into the configuration; nothing is rotated. */
export async function runRotateAdopt(options: AdoptOptions, terminal: Terminal, invocation: Invocation): Promise<void> {
  const config = await loadConfig(options.config, { catalogue: CATALOGUE, today: new Date(systemClock.now()) });
  const tenant = tenantWithRotator(config, options.tenant);
  const request = adoptRequest(config, tenant, options.client, options.secret);
  const rotation = await openDeployedRotation(config, options, invocation.signal);
  let isGiven = false;
  const adviceOn = (refusal: Refusal) =>
    NO_ADVICE.includes(refusal) || (isGiven && OF_STORED.includes(refusal)) ? [] : refusalAdvice(refusal, request);
  const adopting = async () => {
    const client = await rotation.tenant({ tenant: tenant.name, clientId: request.clientId });
    const presentValue = (kind: CredentialKind) => {
      isGiven = true;
      return askForValue(request.secret, kind, terminal.width, invocation.signal);
    };
    const adopted = await adopt(request, { ...rotation, client, presentValue });
    const isConfigured = tenant.credentials.some(({ clientId }) => clientId === request.clientId);
    const wasAsked = personHere(invocation.signal) !== undefined;
    terminal.err(doneText(adopted, request.secret, { file: options.config, isConfigured, wasAsked }, terminal.width));
    if (!isConfigured) terminal.out(credentialEntry({ ...adopted.target, secret: request.secret }));
  };
  try {
    await sayingRefusals(terminal, invocation, adviceOn, adopting);
  } catch (error) {
    if (!invocation.signal.aborted) throw error;
    throw new CurfewError("interrupted", "Interrupted; adopt again: whatever was done of it already may be repeated.");
  }
}

/**
 * Advice is about what is under Curfew's care already. A value that is refused was typed or stored wrongly, and
 * overwriting the right one would be no help.
 */
const NO_ADVICE: readonly Refusal[] = ["current-refused", "client-gone", "global-client", "public-client"];

/** What to do about these is about a secret in Secrets Manager, where a value that was typed or piped in is not yet. */
const OF_STORED: readonly Refusal[] = ["payload-unusable", "target-disagrees"];

/** The value is typed unseen or piped in; it never stands in an argument. */
function askForValue(name: string, kind: CredentialKind, width: number, signal: AbortSignal): Promise<Secret> {
  const person = personHere(signal);
  if (!person) return pipedSecret();
  const question = `There is no secret ${name} yet. The ${wordFor(kind)} that the application uses at present (not shown):`;
  return person.tellsSecret(wrapped(question, width));
}

function doneText(
  { target, created, switchedOn }: Adopted,
  secret: string,
  { file, isConfigured, wasAsked }: { file: string; isConfigured: boolean; wasAsked: boolean },
  width: number,
): string {
  const lines = [
    `Auth0 accepts the ${wordFor(target.kind)} of ${target.clientId}.`,
    created ? `It is stored in the new secret ${secret}.` : `The secret ${secret} is under Curfew's care.`,
    ...(created || wasAsked ? [] : ["The value stored there stays; standard input was not read."]),
    switchedOn ? "Rotation is switched on; nothing was rotated." : "Rotation was switched on already.",
    isConfigured
      ? "The configuration has it already."
      : `Add this below credentials: of the tenant ${target.tenant} in ${file.replace(/^\.\//, "")}, then deploy:\n`,
  ];
  return lines.map((line) => `${wrapped(line, width)}\n`).join("");
}
