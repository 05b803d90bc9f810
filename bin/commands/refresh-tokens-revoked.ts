import { incidentDesk } from "../../lib/aws/incident-desk.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { mustBeSince, mustWaitForRefreshTokens, takeRefreshTokensRevoked } from "../../lib/revocation/desk/reports.ts";
import { readIncident } from "../../lib/revocation/incident/incidents.ts";
import { secondOf } from "../../lib/revocation/window/window-text.ts";
import { incidentPlace, mustHaveIncidents, namedDesk, type PlaceOptions } from "../incident/incident-place.ts";
import { followCommand, incidentText } from "../incident/incident-text.ts";
import { standingOf } from "../incident/standing.ts";
import { personAgrees } from "../person-agrees.ts";
import { personName } from "../person-name.ts";
import type { Invocation } from "../run-command-line.ts";
import { sinceWhen } from "../since-when.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew incidents refresh-tokens-revoked`. */
export interface RevokedOptions extends PlaceOptions {
  since?: string;
  yes: boolean;
}

/** Tells an incident that the users' refresh tokens are gone: Auth0 cannot say it, so a person's word counts. */
export async function runRefreshTokensRevoked(
  id: string,
  options: RevokedOptions,
  terminal: Terminal,
  invocation: Invocation,
): Promise<void> {
  const now = Math.floor(systemClock.now());
  const at = options.since === undefined ? now : sinceWhen(options.since, now, "--since");
  using place = await incidentPlace(options, invocation.signal);
  const table = mustHaveIncidents(place.table);
  const incident = await readIncident(table, id);
  mustBeSince(at, incident, now);
  const standing = await standingOf(incident, table, systemClock);
  terminal.err(`${incidentText(standing, terminal.width)}\n\n`);
  await mustWaitForRefreshTokens(id, standing.window, table);
  const question = `Are all refresh tokens of the application gone since ${secondOf(at)}?`;
  if (!(await personAgrees({ question, otherwise: "say so", yes: options.yes }, terminal, invocation))) return;
  if (options.local) await takeRefreshTokensRevoked(id, at, personName(), { table, clock: systemClock });
  else await incidentDesk(namedDesk(options), invocation.signal).sayRefreshTokensRevoked(id, at);
  terminal.out(
    `It is on record: the refresh tokens are gone since ${secondOf(at)}. The next look computes the window.\n`,
  );
  if (!options.local) terminal.err(`How it goes on: ${followCommand(id)}\n`);
}
