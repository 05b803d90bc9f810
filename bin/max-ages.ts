import clientKeyAge from "../lib/checks/credential/client-key-age.ts";
import clientAge from "../lib/checks/secret/client-age.ts";
import { maximumAge } from "../lib/config/maximum-age.ts";
import type { PolicyConfig } from "../lib/config/schema.ts";
import type { Seconds } from "../lib/model/duration.ts";
import type { CredentialKind } from "../lib/rotation/target.ts";

/** How old a credential may become where its own entry in the configuration does not say: as its check has it. */
export const maxAges = (policy: PolicyConfig): Readonly<Record<CredentialKind, Seconds>> => ({
  "client-secret": maximumAge(policy, clientAge),
  "private-key": maximumAge(policy, clientKeyAge),
});
