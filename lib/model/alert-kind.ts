/**
 * What an alert is about. Subscriptions filter by it, and filters compare exact words, so each kind stands for one
 * audience: `owner-summary` and `rotation-due` are for the owner named in them alone, `digest` for those who want to
 * read once a day.
 */
export const ALERT_KINDS = [
  "finding",
  "summary",
  "owner-summary",
  "reminder",
  "not-audited",
  "rotation",
  "rotation-due",
  "incident",
  "digest",
  "test",
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
