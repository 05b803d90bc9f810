import type { UndoneStep } from "./incident-turn.ts";

/** What is not done, and what that means for everybody. */
export const UNDONE: Readonly<Record<UndoneStep, { what: string; means: string }>> = {
  "network-acl": {
    what: "the network ACL is not as it should be",
    means: "Tokens for the Management API that are out may not be ended early. Nothing else waits for it.",
  },
  look: {
    what: "not all of the tenant could be looked at",
    means: "Until it can, less is known of how long tokens live and of what was done.",
  },
  rotate: {
    what: "the credential is not replaced",
    means: "Whoever has what leaked can still authenticate with it, and access cannot be given back before.",
  },
  "key-revocation": {
    what: "the signing key is not revoked",
    means: "What it signed works on until the window closes.",
  },
  restore: { what: "access is not given back as approved", means: "The application stays as far closed as it is." },
};
