import type { Incident } from "../incident/incident.ts";
import type { InvestigationRecord } from "../investigate/investigation-record.ts";
import type { Issued } from "../watch/issued.ts";
import { hasUsers } from "../watch/user-tokens.ts";
import type { WatchRecord } from "../watch/watch-record.ts";
import { type FormerParts, formerClient } from "./former-client.ts";
import { type Reach, reachOf, withAudiences } from "./reach.ts";

/** Everything that says for what an application may have been given tokens. */
export interface ReachParts extends FormerParts {
  earlier: InvestigationRecord | undefined;
  /** Undefined where nobody has watched yet. */
  watched: WatchRecord | undefined;
}

/** For what the application may have been given tokens, by the first look, the audits, the log and the token. */
export async function knownReach(incident: Incident, parts: ReachParts): Promise<Reach> {
  const { earlier, watched } = parts;
  const isSeenWithUsers = earlier?.users === true || hasUsers(watched?.users);
  const reach = reachOf(await formerClient(incident, parts), incident.token, isSeenWithUsers);
  return withIssuedFor(withIssuedFor(reach, earlier?.issued), watched?.issued);
}

/** What the log shows that it was given tokens for was within reach, whatever grants anybody saw: one may be gone again. */
const withIssuedFor = (reach: Reach, issued: Issued | null | undefined): Reach =>
  issued ? withAudiences(reach, issued.audiences) : reach;
