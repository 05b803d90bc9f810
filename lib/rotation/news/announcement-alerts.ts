import type { Alert } from "../../alerts/alert.ts";
import { alertId } from "../../alerts/alert-id.ts";
import { type AlertRules, localDay } from "../../alerts/alert-rules.ts";
import { moment } from "../../alerts/change-alert.ts";
import { counted } from "../../alerts/harmless-text.ts";
import { formatDuration } from "../../model/duration.ts";
import { clientText, optionsFor } from "../credentials/credential-text.ts";
import type { Announcement } from "../schedule/due.ts";

const DAY = 86_400_000;

/** Credentials that have a step of their own. */
const MOST_COMMANDS = 5;

/**
 * That credentials will be rotated: one alert for those of a tenant that pass a mark and become due on the same day.
 * The owner hears it; where nobody owns the tenant, everybody does.
 *
 * @param at the start of the run that tells: ISO 8601
 */
export function announcementAlerts(
  announcements: readonly Announcement[],
  rules: Pick<AlertRules, "owners" | "timezone">,
  at: string,
): Alert[] {
  const dayOf = ({ dueAt }: Announcement): string => localDay(iso(dueAt), rules.timezone);
  const groups = Map.groupBy(announcements, (one) => JSON.stringify([one.credential.tenant, one.mark, dayOf(one)]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [announcement(group, first, dayOf(first), rules, at)] : [];
  });
}

function announcement(
  group: readonly Announcement[],
  { credential: { tenant, clientId }, mark, dueAt }: Announcement,
  day: string,
  { owners }: Pick<AlertRules, "owners">,
  at: string,
): Alert {
  const owner = owners.get(tenant) ?? null;
  const clients = group.map(({ credential }) => credential.clientId).sort();
  const commands = clients.map(
    (client) => `See what would happen: npx curfew rotate ${optionsFor(tenant, client)} --dry-run`,
  );
  const left = Math.max(mark, Math.ceil((dueAt - Date.parse(at)) / DAY));
  const what =
    group.length === 1 ? `the credential of ${clientText(clientId)} is` : `${counted(group.length, "credential")} are`;
  return {
    id: alertId("rotation-due", tenant, mark, day, ...clients),
    kind: owner === null ? "rotation" : "rotation-due",
    severity: "low",
    tenant,
    owner,
    title: `${tenant}: ${what} rotated within ${counted(left, "day")}, on ${day} or soon after`,
    text: "An audit on or after that day rotates what is due, the oldest first, and not more than one run may. Consumers that read the secret as docs/consuming-secrets.md says notice nothing.",
    facts: [{ label: "Tenant", value: tenant }],
    steps: [
      "Make sure that every consumer reads the secret from Secrets Manager, and does so again when Auth0 refuses.",
      ...commands.slice(0, MOST_COMMANDS),
      ...(commands.length > MOST_COMMANDS
        ? [`The same with the client of ${counted(commands.length - MOST_COMMANDS, "other")}.`]
        : []),
      "To choose the moment yourself, rotate before that day by the same command without --dry-run.",
      "To put it off, set rotate: off in curfew.yaml and deploy before that day.",
    ],
    items: group.map(announcementLine),
    at,
  };
}

/** `jkl, a client-secret: due 2026-12-01 06:00 UTC, then 90 d old`. */
function announcementLine({ credential: { clientId, kind, maxAge, age }, dueAt }: Announcement): string {
  const least = age?.isAtLeast ? "at least " : "";
  const old = age ? Math.round((dueAt - age.since) / 1000) : maxAge; // what people went back to may be older than that
  return `${clientText(clientId)}, a ${kind}: due ${moment(iso(dueAt))}, then ${least}${formatDuration(old)} old`;
}

const iso = (instant: number): string => new Date(instant).toISOString();
