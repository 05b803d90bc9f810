import type { Instant } from "../history/history.ts";

/** `2026-11-23 06:00 UTC`, as in every report. */
export const minuteText = (at: Instant): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
