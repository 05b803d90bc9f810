import type { Aftercare, RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";

export const NOW = Date.UTC(2026, 10, 23, 6);
export const DAY = 86_400_000;
export const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:apps/checkout-AbCdEf";

/** What is remembered of the credential `checkout`: nothing is under way unless said otherwise. */
export const rotation = (more: Partial<RotationRecord> = {}): RotationRecord => ({
  clientId: "checkout",
  arn: ARN,
  kind: "client-secret",
  failures: 0,
  aftercare: [],
  ...more,
});

/** What is left of a rotation to `new`: nothing answered yet about `old`. */
export const aftercare = (more: Partial<Aftercare> = {}): Aftercare => ({
  current: "new",
  old: "old",
  recordedAt: NOW,
  from: NOW,
  lastWriteAt: NOW,
  answers: [],
  ...more,
});

/** Auth0 still takes both. */
export const ACCEPTED = { at: NOW, old: "accepted" as const, current: "accepted" as const };
