import { fieldNames } from "../credentials/credential-text.ts";
import type { Refused } from "../refusal.ts";
import type { Work } from "../work.ts";
import { changedBeside } from "./payload.ts";
import type { StoredCredential } from "./stored-credentials.ts";

/**
 * Whether somebody has changed other fields of the current value since the version was made of it, which its promotion
 * would take back. As long as nobody told Auth0 of the version, it is worth nothing, and is dropped.
 */
export function judgeFields(
  { version, settings }: Pick<Work, "version" | "settings">,
  current: StoredCredential,
  pending: StoredCredential,
): Refused | undefined {
  const fields = changedBeside(current.payload, pending.payload, settings.kind);
  if (fields.length === 0) return undefined;
  const message = `Somebody has changed other fields of the secret of ${settings.clientId} (${fieldNames(fields)}) since the version ${version} was made: it is dropped, and what is current stays in use.`;
  return { refusal: "fields-changed", message };
}
