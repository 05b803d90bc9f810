import { LOGIN_WORDS, LOGINS } from "../../lib/config/logins.ts";
import { formatDuration } from "../../lib/model/duration.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { credentialSettings } from "../../lib/rotation/from-config.ts";
import type { CredentialKind } from "../../lib/rotation/ledger/target.ts";
import type { RotationSettings } from "../../lib/rotation/parts.ts";
import type { NamedCredential } from "./rotated-credential.ts";

/** What a credential is called in a sentence. */
export const wordFor = (kind: CredentialKind): string => (kind === "client-secret" ? "client secret" : "private key");

/** What --overwrite does, before it is done. */
export const OVERWRITES: Readonly<Record<CredentialKind, string>> = {
  "client-secret": "A secret that somebody set by hand in Auth0 is replaced, and is stored nowhere then.",
  "private-key":
    "With --overwrite the new key is added even where Auth0 refuses the stored one; no key that somebody registered by hand is replaced.",
};

/** The function goes by what is deployed. */
export const LOCAL_FILE = "Judged by your local configuration file; what is deployed was not looked at.";

/** Whom a rotation concerns and how, one sentence each. */
export function concerned({ tenant, credential }: NamedCredential): string[] {
  const { secret, consumers, allowHs256 } = credential;
  const confirmed =
    consumers === "confirmed"
      ? "they are confirmed to read it again when they are refused."
      : "NOT confirmed in curfew.yaml to read it again when they are refused; those that do not will fail. See docs/consuming-secrets.md.";
  return [
    `Everything that reads the secret ${secret} in Secrets Manager: ${confirmed}`,
    overlapText(credentialSettings(tenant, credential)),
    ...ownLogins({ tenant, credential }),
    ...(allowHs256
      ? ["Everything that verifies this application's ID tokens with its secret (HS256): it breaks at once."]
      : []),
    ...(tenant.owner === undefined
      ? []
      : [`The tenant's owner, ${terminalText(tenant.owner)}: nobody announces a rotation by hand.`]),
  ];
}

function overlapText({ kind, overlap }: Pick<RotationSettings, "kind" | "overlap">): string {
  if (kind === "client-secret") return "The old secret is refused at once, or within 30 seconds, from the change on.";
  return `Both keys are accepted for ${formatDuration(overlap)}; then an audit detaches and deletes the old one.`;
}

/** Curfew's own applications can be rotated, too: they try the pending value when the current one is refused. */
function ownLogins({ tenant, credential }: NamedCredential): string[] {
  return LOGINS.filter((login) => tenant[login]?.clientId === credential.clientId).map(
    (login) => `Curfew itself: it is the ${LOGIN_WORDS[login]} of ${tenant.name}.`,
  );
}
