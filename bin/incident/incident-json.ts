import type { Instant } from "../../lib/history/history.ts";
import { INCIDENT_STEPS, type StepResult } from "../../lib/revocation/incident/incident.ts";
import { notDone } from "../../lib/revocation/incident/not-done.ts";
import type { TimelineEntry } from "../../lib/revocation/incident/timeline.ts";
import type { ExposureWindow } from "../../lib/revocation/window/window.ts";
import { isAsGoodAsContained } from "./incident-text.ts";
import type { Standing } from "./standing.ts";

/**
 * An incident for programs: all keys are always there, what is not known is null, moments are ISO 8601. Until the window
 * is computed, `bound` is what is known of it.
 */
export const incidentJson = ({ incident, window }: Pick<Standing, "incident" | "window">) => ({
  id: incident.id,
  tenant: incident.tenant,
  clientId: incident.clientId,
  reason: incident.reason,
  drill: incident.drill,
  openedAt: moment(incident.openedAt),
  openedBy: incident.openedBy,
  leakedSince: moment(incident.leakedSince),
  leakedKey: incident.leakedKey ?? null,
  earlierKeys: incident.earlierKeys ?? [],
  token: incident.token && {
    ...incident.token,
    issuedAt: moment(incident.token.issuedAt),
    notBefore: moment(incident.token.notBefore),
    expiresAt: moment(incident.token.expiresAt),
  },
  leak: incident.leak,
  contained: !incident.drill && isAsGoodAsContained(incident),
  wouldBeContained: incident.drill ? isAsGoodAsContained(incident) : null,
  notDone: notDone(incident),
  window: windowJson(incident.window),
  bound: incident.window === null ? windowJson(window) : null,
  steps: Object.fromEntries(INCIDENT_STEPS.map((step) => [step, stepJson(incident.steps[step])])),
  closedAt: moment(incident.closedAt),
});

/** An entry of the timeline for programs. */
export const entryJson = ({ at, who, what, answer }: TimelineEntry) => ({ at: moment(at), who, what, answer });

const windowJson = (window: ExposureWindow | null) =>
  window && {
    state: window.state,
    closesAt: window.state === "closes" ? moment(window.at) : null,
    knownUntil: window.state === "open" ? moment(window.knownUntil) : null,
    because: window.state === "open" ? window.because : [],
    tokenUntil: moment(window.tokenUntil),
    apis: window.apis.map((api) => ({ ...api, until: moment(api.until) })),
    others: window.others,
  };

const stepJson = (result: StepResult | undefined) =>
  result
    ? {
        at: moment(result.at),
        outcome: result.outcome,
        message: result.message,
        missing: result.outcome === "incomplete" ? result.missing : [],
        told: "told" in result ? (result.told ?? []) : [],
      }
    : null;

const moment = (at: Instant | null): string | null => (at === null ? null : new Date(at).toISOString());
