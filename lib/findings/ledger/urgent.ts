import { isAtLeast, SEVERITIES, type Severity } from "../../model/severity.ts";
import type { Change, ChangeKind } from "./run-record.ts";

/** From this severity on people hear at once. */
const URGENT: Severity = "high";

/** The severities of which people hear at once. */
export const URGENT_SEVERITIES: readonly Severity[] = SEVERITIES.filter((severity) => isAtLeast(severity, URGENT));

/** Changes that make something worse, or known for the first time. */
export const WORSENING = ["new", "regressed", "severity-raised", "exception-ended"] as const satisfies ChangeKind[];

/** Whether a change makes something worse, or known for the first time. */
export const worsens = ({ kind }: Pick<Change, "kind">): boolean => (WORSENING as readonly ChangeKind[]).includes(kind);

/** What is told at once, change by change. */
export const isUrgent = (change: Pick<Change, "kind" | "severity">): boolean =>
  worsens(change) && isAtLeast(change.severity, URGENT);
