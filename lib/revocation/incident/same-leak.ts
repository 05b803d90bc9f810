import { isOfMachine } from "../leak/classify.ts";
import type { Incident } from "./incident.ts";

/** What was reported. */
type Report = Pick<Incident, "clientId" | "token">;

/** Whether what leaked is a reason to close the application. A user's token, or an opaque one, is none: it was not got with the application's own credential. */
export const closesApplication = ({ token, clientId, leak }: Report & Partial<Pick<Incident, "leak">>): boolean =>
  token === null || (leak?.levers.length ?? 0) > 0 || (token.form === "jwt" && isOfMachine(token, clientId));

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
