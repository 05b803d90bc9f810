import { formed, type Help } from "./fields.ts";

/**
 * `env:NAME` or `secretsmanager:NAME`. Names of Secrets Manager hold letters, digits and /_+=.@- up to 512 characters
 * (source: AWS API reference, CreateSecret).
 */
const REFERENCE_PATTERN = /^(?:env:[A-Za-z_][A-Za-z0-9_]*|secretsmanager:[A-Za-z0-9/_+=.@-]{1,512})$/;
const SECRET_NAME_PATTERN = /^[A-Za-z0-9/_+=.@-]{1,512}$/;

const REFERENCE_FORM = "write secretsmanager:NAME, or env:NAME on a laptop";
const LEAVE_OUT = "write the name in Secrets Manager alone, without";

/**
 * Where a secret is, never the secret itself. Whatever stands here may be a secret that somebody pasted:
 * none of the sentences repeats it.
 */
export const secretReference = (help: Help) => formed(help, REFERENCE_PATTERN, referenceSentence);

/** The name of a secret in Secrets Manager, without a prefix. */
export const secretName = (help: Help) => formed(help, SECRET_NAME_PATTERN, nameSentence);

/** The name behind `secretsmanager:`, or undefined for any other reference. */
export function secretsManagerName(reference: string): string | undefined {
  return /^secretsmanager:(.+)$/.exec(reference)?.[1];
}

/** What to say where a secret itself stands instead of its place. */
export const PASTED =
  "this looks like the secret itself, which does not belong in a file or an argument; store it in Secrets Manager and write its name";

function referenceSentence(written: string): string {
  if (written.startsWith("env:"))
    return "env: is followed by the name of an environment variable, as env:AUDITOR_SECRET";
  if (/^secretsmanager:arn:/.test(written)) return "write the secret's name after secretsmanager:, not its ARN";
  if (written.startsWith("secretsmanager:")) return `secretsmanager: is followed by ${NAME_FORM}`;
  return `a secret never stands in this file in plain; ${REFERENCE_FORM}`;
}

function nameSentence(written: string): string {
  if (written.startsWith("secretsmanager:")) return `${LEAVE_OUT} secretsmanager:`;
  if (written.startsWith("env:")) return `${LEAVE_OUT} env:; a secret that Curfew rotates cannot be a variable`;
  if (written.startsWith("arn:")) return `${LEAVE_OUT} the rest of the ARN`;
  if (/-----BEGIN|^\s*\{/.test(written)) return PASTED;
  return `this must be ${NAME_FORM}`;
}

const NAME_FORM = "a name in Secrets Manager: letters, digits and /_+=.@-, at most 512 characters, no spaces";
