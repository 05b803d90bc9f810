import { minutes } from "../../model/duration.ts";
import { isOfMachine } from "../leak/classify.ts";
import type { Incident } from "./incident.ts";

/** What was reported. */
type Report = Pick<Incident, "clientId" | "token">;

/**
 * Whether what leaked is a reason to close the application. A user's token, or an opaque one, is none: it was not got
 * with the application's own credential. An encrypted one may have been.
 */
export const closesApplication = ({ token, clientId, leak }: Report & Partial<Pick<Incident, "leak">>): boolean =>
  token === null ||
  (leak?.levers.length ?? 0) > 0 ||
  (token.form === "encrypted" && leak?.levers.length !== 0) ||
  (token.form === "jwt" && isOfMachine(token, clientId));

/** For so long the same words of the same person say nothing new: who runs a command again looks how it stands. Milliseconds. */
const REPEATED = minutes(60) * 1_000;

/**
 * Whether what is reported may be the credential that replaced the one that leaked, or was got with it: then replacing
 * is to be done once more, and by another incident.
 */
export function isOfNewCredential(
  { replacedAt, token: known, openedBy, reason }: Incident,
  { token, ...report }: Report & Pick<Incident, "openedAt" | "openedBy" | "reason" | "leakedSince">,
): boolean {
  if (replacedAt === undefined) return false;
  if (token) return token.sha256 !== known?.sha256 && (token.issuedAt === null || token.issuedAt >= replacedAt);
  if (report.leakedSince !== null && report.leakedSince >= replacedAt) return true;
  const isRepeated = report.openedBy === openedBy && report.reason === reason;
  return report.openedAt >= replacedAt + (isRepeated ? REPEATED : 0);
}

/**
 * Whether an incident contains what is reported: the same token; a credential, where the application is closed already;
 * or a token that was got with one, as long as it is over by the time that is announced. Everything else is an incident of
 * its own: its token works for longer, or needs other steps.
 */
export function isSameLeak(incident: Incident, { token, clientId }: Report): boolean {
  if (token === null) return closesApplication(incident);
  if (incident.token?.sha256 === token.sha256) return true;
  const { window } = incident;
  const isKnown = token.signature.status === "verified" && token.expiresAt !== null;
  if (!closesApplication(incident) || !closesApplication({ token, clientId }) || !isKnown) return false;
  const isWithin = token.audience.every((audience) => window?.apis.some((api) => api.audience === audience));
  return isWithin && window?.state === "closes" && (token.expiresAt ?? 0) <= window.at;
}
