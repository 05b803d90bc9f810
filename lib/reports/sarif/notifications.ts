import { isBlinding, type TenantAudit } from "../../findings/tenant-audit.ts";
import type { UnknownReason } from "../../model/finding.ts";
import type { Level } from "./levels.ts";
import { locate } from "./locations.ts";
import { plainMessage } from "./plain-message.ts";
import type { Rules } from "./rules.ts";

/** What can keep Curfew from looking; the results say nothing about it. */
export const NOTIFICATIONS = [
  { id: "tenant-failed", shortDescription: { text: "A tenant could not be audited" } },
  { id: "section-unavailable", shortDescription: { text: "A part of a tenant could not be read" } },
  { id: "check-not-evaluated", shortDescription: { text: "A check could not be evaluated" } },
] as const;

type NotificationId = (typeof NOTIFICATIONS)[number]["id"];

/** Says what of a tenant nobody looked at: an error where an audit should have known it, else a warning. */
export function describeGaps(audit: TenantAudit, rules: Rules, artifact: string) {
  const tell = (id: NotificationId, level: Level, text: string) => ({
    descriptor: { id, index: NOTIFICATIONS.findIndex((notification) => notification.id === id) },
    level,
    message: plainMessage(`${audit.tenant}: ${text}`),
    locations: [locate(audit, undefined, artifact)],
    timeUtc: audit.finishedAt,
  });
  if (audit.status === "failed")
    return [tell("tenant-failed", "error", `not audited (${audit.reason}). ${audit.detail ?? ""}`.trim())];
  const sections = Object.entries(audit.inventory).flatMap(([name, section]) =>
    section.status === "complete"
      ? []
      : [tell("section-unavailable", levelOf(section), `the section ${name} could not be read (${because(section)}).`)],
  );
  const checks = audit.checks.flatMap((check) => {
    if (check.status !== "not-evaluated") return [];
    const { ruleId: id, ruleIndex: index } = rules.refer(check.id);
    const text = `${check.id} was not evaluated (${because(check)}).`;
    return [{ ...tell("check-not-evaluated", levelOf(check), text), associatedRule: { id, index } }];
  });
  return [...sections, ...checks];
}

interface Gap {
  reason: UnknownReason;
  detail: string | null;
}

const levelOf = ({ reason }: Gap): Level => (isBlinding(reason) ? "error" : "warning");

const because = ({ reason, detail }: Gap): string => (detail === null ? reason : `${reason}: ${detail}`);
