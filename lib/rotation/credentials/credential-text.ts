import { firstLines, harmless } from "../../alerts/harmless-text.ts";

/** A credential as people name it: `jkl`, or what fits of a long one. */
export const clientText = (clientId: string): string => harmless(clientId, 80);

/** Fields that are named. */
const MOST_FIELDS = 5;

/** The names of a stored value's fields, of which a person may have written anything. */
export const fieldNames = (fields: readonly string[]): string =>
  firstLines(
    fields.map((name) => harmless(name, 40)),
    MOST_FIELDS,
  ).join(", ");

/** The options of `curfew rotate` that name a credential, ready for a shell. */
export const optionsFor = (tenant: string, clientId: string): string =>
  `--tenant ${tenant} --client ${/^[\w.-]+$/.test(clientId) ? clientId : `'${clientId.replaceAll("'", "'\\''")}'`}`;

/** The name of a secret, taken from its ARN: without the six characters that Secrets Manager appended. */
export const secretNameOf = (arn: string): string =>
  arn
    .split(":")
    .slice(6)
    .join(":")
    .replace(/-.{6}$/, "");
