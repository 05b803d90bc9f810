import { wrapped } from "../../lib/reports/wrapped.ts";
import type { Rotatable } from "../../lib/rotation/by-hand/order-by-hand.ts";
import { isOpen, type RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";
import type { CredentialKind } from "../../lib/rotation/ledger/target.ts";
import { minuteText } from "../../lib/rotation/minute-text.ts";
import { personAgrees } from "../person-agrees.ts";
import type { Invocation } from "../run-command-line.ts";
import type { Terminal } from "../terminal.ts";
import { concerned, LOCAL_FILE, OVERWRITES, wordFor } from "./concerned.ts";
import { NAME_BUCKET, NO_BUCKET } from "./deployed-rotation.ts";
import type { NamedCredential } from "./rotated-credential.ts";

/** What a person may say beforehand. */
interface Asked {
  overwrite: boolean;
  /** Do not ask. */
  yes: boolean;
  /** Whether an evidence bucket was named. */
  keepsProof: boolean;
}

/**
 * Says what a rotation will do and whom it concerns, and asks whether to go on. A no ends the command with 1.
 *
 * @throws CurfewError `arguments-invalid` where nobody can be asked, `interrupted`
 */
export async function agreed(
  named: NamedCredential,
  rotatable: Rotatable,
  asked: Asked,
  terminal: Terminal,
  invocation: Invocation,
): Promise<boolean> {
  terminal.err(planText(named, rotatable, asked, terminal.width));
  const question = { question: "Rotate it?", otherwise: "rotate", yes: asked.yes };
  return personAgrees(question, terminal, invocation);
}

const DROPPED =
  "If somebody has changed other fields of the secret since it was begun, it is dropped instead; then rotate it again.";

/** What will happen, and to whom. */
function planText(
  named: NamedCredential,
  { hanging, record }: Rotatable,
  { overwrite, keepsProof }: Asked,
  width: number,
): string {
  const { tenant, credential } = named;
  const what = `the ${wordFor(credential.kind)} of ${credential.clientId} in ${tenant.name} (${tenant.domain})`;
  const lines = [
    hanging === undefined
      ? `This rotates ${what}.`
      : `A rotation of ${what} is not finished; this finishes it, from this machine. Version ${hanging}.`,
    ...(hanging === undefined ? notDeadYet(record, credential.kind) : []),
    ...(hanging === undefined || record?.underWay?.setAt !== undefined ? [] : [DROPPED]),
    "It concerns:",
    ...concerned(named).map((line) => `- ${line}`),
    ...(overwrite ? [OVERWRITES[credential.kind]] : []),
    ...(hanging === undefined || keepsProof ? [] : [`${NO_BUCKET} ${NAME_BUCKET}`]),
    LOCAL_FILE,
  ];
  const indents = (line: string): [string, string] => (line.startsWith("-") ? ["  ", "    "] : ["", ""]);
  return lines.map((line) => `${wrapped(line, width, ...indents(line))}\n`).join("");
}

/** Who rotates again because the first time was interrupted would rotate twice, unless they are told. */
function notDeadYet(record: RotationRecord | undefined, kind: CredentialKind): string[] {
  const care = record?.aftercare.findLast((one) => isOpen(one) && one.promotedAt !== undefined);
  if (care?.promotedAt === undefined) return [];
  const what = `It was rotated at ${minuteText(care.promotedAt)}, and the old ${wordFor(kind)} is not proven dead yet.`;
  return [`${what} Curfew goes on with that by itself; this rotates it once more.`];
}
