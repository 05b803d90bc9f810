import type { KnownCredential } from "../../lib/rotation/credentials/known-credentials.ts";
import type { RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";

/** A morning in November. */
export const NOW = Date.UTC(2026, 10, 25, 6);

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/checkout/auth0-AbCdEf";

/** What is remembered of a credential: nothing is under way unless said otherwise. */
export const rotation = (parts: Partial<RotationRecord> = {}): RotationRecord => ({
  clientId: "jkl",
  arn: ARN,
  kind: "client-secret",
  failures: 0,
  aftercare: [],
  ...parts,
});

export const HELD = { since: NOW - 3_600_000, refusal: null, message: "Auth0 did not answer." };

/** A credential of tenant `a` that is rotated automatically, 80 of 90 days old. */
export const known = (parts: Partial<KnownCredential> = {}): KnownCredential => ({
  tenant: "a",
  clientId: "jkl",
  kind: "client-secret",
  secret: "apps/checkout/auth0",
  rotate: "auto",
  maxAge: 90 * 86_400,
  hasRotator: true,
  age: { since: NOW - 80 * 86_400_000, source: "vault-version", isAtLeast: false },
  stored: undefined,
  isMissing: false,
  rotation: undefined,
  ...parts,
});
