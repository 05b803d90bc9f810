import type * as z from "zod";
import type { Instant } from "../../history/history.ts";
import { CurfewError } from "../../model/curfew-error.ts";
import type { Table } from "../../store/table.ts";
import type { Incident } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";
import { beginSupplied, recordSupplied } from "../rotate/record-supplied.ts";
import { windowSoFar } from "../window/announce-window.ts";
import { refreshTokensRevoked, sayRefreshTokensRevoked } from "../window/refresh-tokens.ts";
import { type ExposureWindow, waitsForRefreshTokens } from "../window/window.ts";
import { secondOf } from "../window/window-text.ts";
import type { reportShape } from "./requests.ts";

type ReportParts = Pick<IncidentParts, "table" | "clock">;

/**
 * Takes what a person's machine tells of trying what leaked: results alone, never what was tried.
 *
 * @param by the ARN of who tells it
 */
export async function takeTrial(
  id: string,
  report: z.output<typeof reportShape>,
  by: string,
  parts: ReportParts,
): Promise<void> {
  const incident = await openOne(id, parts);
  if ("begins" in report) await beginSupplied(incident, report, parts);
  else await recordSupplied(incident, report, by, parts);
}

/**
 * Takes a person's word that the users' refresh tokens are gone: Auth0 cannot say it, and the window waits for it.
 *
 * @throws CurfewError `arguments-invalid` where it does not wait for one
 */
export async function takeRefreshTokensRevoked(id: string, at: Instant, by: string, parts: ReportParts): Promise<void> {
  const incident = await openOne(id, parts);
  const now = Math.round(parts.clock.now());
  mustBeSince(at, incident, now);
  const window = incident.window ?? (await windowSoFar(incident, parts, NO_LIFETIMES));
  await mustWaitForRefreshTokens(id, window, parts.table);
  await sayRefreshTokensRevoked(parts.table, id, { at, by });
  const what = `Said that all refresh tokens of the application are revoked since ${secondOf(at)}.`;
  await addToTimeline(parts.table, id, { at: now, who: by, what, answer: null });
}

/** The desk reads nothing of a tenant, and what is asked here no lifetime decides. */
const NO_LIFETIMES = async (): Promise<[]> => [];

/**
 * Of another incident such a word would move the window and end nothing. It may be said anew where it was said before.
 *
 * @throws CurfewError `arguments-invalid`
 */
export async function mustWaitForRefreshTokens(id: string, window: ExposureWindow | null, table: Table): Promise<void> {
  if (waitsForRefreshTokens(window) || (await refreshTokensRevoked(table, id))) return;
  throw new CurfewError(
    "arguments-invalid",
    `The window of ${id} does not wait for refresh tokens: as far as is known there are none of its application. Nothing was recorded.`,
  );
}

/** @throws CurfewError `arguments-invalid` where refresh tokens cannot be said to be gone since then */
export function mustBeSince(at: Instant, { openedAt }: Pick<Incident, "openedAt">, now: Instant): void {
  if (at <= now && at >= openedAt) return;
  const message = `Say since when they are gone: not before the incident was opened (${secondOf(openedAt)}), and not later than now.`;
  throw new CurfewError("arguments-invalid", message);
}

async function openOne(id: string, { table }: ReportParts) {
  const incident = await readIncident(table, id);
  if (incident.closedAt === null) return incident;
  throw new CurfewError("arguments-invalid", `The incident ${id} is closed.`);
}
