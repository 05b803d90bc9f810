import type { CredentialKind } from "../ledger/target.ts";
import { clientSecretKind } from "./client-secret.ts";
import type { Kind } from "./kind.ts";
import { privateKeyKind } from "./private-key.ts";

/** What is done for each kind of credential. */
export const KINDS: Readonly<Record<CredentialKind, Kind>> = {
  "client-secret": clientSecretKind,
  "private-key": privateKeyKind,
};
