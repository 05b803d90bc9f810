/**
 * What an alert is about. Subscriptions filter by it, and filters compare exact words, so each kind stands for one
 * audience: `owner-summary` is for the owner named in it alone, `digest` for those who want to read once a day.
 */
export const ALERT_KINDS = [
  "finding",
  "summary",
  "owner-summary",
  "reminder",
  "not-audited",
  "digest",
  "test",
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
