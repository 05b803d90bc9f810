import type { Login } from "../../auth0/login.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import type { Instant } from "../../history/history.ts";
import { type Incident, isComplete } from "../incident/incident.ts";
import { readPreservedGrants, readPutBack } from "../incident/preserve.ts";
import { addToTimeline } from "../incident/timeline.ts";
import { LEVERS } from "../leak/leak-kinds.ts";
import type { RevokedGrant } from "../ports.ts";
import { noteOwnAct } from "../watch/own-acts.ts";
import type { RotateParts } from "./parts.ts";
import { LONGEST_TRIAL, requestsOf, type Trial, tryLeaked } from "./try-leaked.ts";

/** What asking for tokens works with. */
export type IssuanceParts = Pick<RotateParts, "settings" | "table" | "clock" | "signal" | "tokenFor">;

/**
 * Asks for a token with a credential of the application for everything that was taken away, not before that is known
 * everywhere. That it is asked is noted before, so that the watch does not take it for a thief; a token that is given
 * out is told all the same.
 *
 * @throws CurfewError `store-failed`, `interrupted`
 */
export async function tryIssuance(incident: Incident, login: Login, parts: IssuanceParts): Promise<Trial> {
  const { table, clock, signal } = parts;
  const audiences = await audiencesOf(incident, parts);
  const from = Math.round(clock.now());
  const most = requestsOf(audiences);
  await noteOwnAct(table, incident.id, { from, until: from + LONGEST_TRIAL, most, leaves: ["token-refused"] });
  const ask = (audience: string) => parts.tokenFor(login, audience);
  const trial = await tryLeaked(audiences, lastWriteOf(incident), { ask, clock, signal });
  const what = `POST /oauth/token for ${audiences.length === 1 ? "one API" : `each of ${audiences.length} APIs`}`;
  await addToTimeline(table, incident.id, { at: trial.at, who: "curfew", what, answer: trial.came });
  return trial;
}

/** The Management API, which every tenant has; all that there was a grant for; and what the leaked token was for. */
export async function audiencesOf(
  incident: Incident,
  { table, settings }: Pick<IssuanceParts, "table" | "settings">,
): Promise<string[]> {
  const { token } = incident;
  const grants = await readPreservedGrants<RevokedGrant>(table, incident);
  const later = await readPutBack<RevokedGrant>(table, incident);
  const granted = [...grants, ...later].map(({ audience }) => audience);
  return [...new Set([managementAudience(settings.domain), ...granted, ...(token?.audience ?? [])])];
}

/** When something was taken away last. */
export const lastWriteOf = ({ steps, openedAt }: Incident): Instant =>
  Math.max(openedAt, ...LEVERS.map((lever) => (isComplete(steps[lever]) ? (steps[lever]?.at ?? openedAt) : openedAt)));
