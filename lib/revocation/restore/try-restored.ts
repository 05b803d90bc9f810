import type { TokenAnswer } from "../../auth0/ask-for-token.ts";
import type { Login } from "../../auth0/login.ts";
import { tellIncident } from "../alerts/tell.ts";
import { approvedPlan, readAsked } from "../approvals/asked.ts";
import type { Incident } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { guardsOf } from "../incident/sharers.ts";
import { addToTimeline } from "../incident/timeline.ts";
import type { IncidentParts } from "../parts.ts";
import type { NewGrant, ResponderTenant } from "../ports.ts";
import { noteOwnAct } from "../watch/own-acts.ts";
import type { RestorePlan } from "./restore-plan.ts";
import { grantText } from "./restore-text.ts";

/** What trying what was given back works with: no login of Curfew's own. */
export type TryingParts = Pick<IncidentParts, "table" | "publisher" | "clock" | "settings"> &
  Pick<ResponderTenant, "tokenFor">;

/** A request for a token takes no longer, retries included. Milliseconds. */
const LONGEST_TRY = 60_000;

/**
 * Gets a token for each API that was given back, as the application would, and compares its scopes with what was
 * approved; people hear what came of it. The token is dropped at once. It changes nothing, and may be run again.
 *
 * @param login the application's new credential; undefined where Curfew does not have it
 * @returns the incident; unchanged where nothing was given back yet, and in a drill
 */
export async function tryRestored(incident: Incident, parts: TryingParts, login: Login | undefined): Promise<Incident> {
  const { table, clock } = parts;
  const { restore } = incident.steps;
  const plan = approvedPlan(await readAsked<RestorePlan>(table, incident.id, "restore"));
  if (!plan || restore?.outcome !== "done" || incident.drill) return incident;
  const staysLocked = plan.grantTypes.length === 0;
  const tried = staysLocked ? [LOCKED] : login ? await tryAll(incident, plan, login, parts) : [NO_LOGIN];
  const wrong = tried.flatMap(({ wrong: line }) => line ?? []);
  const isTried = tried.some(({ hasToken }) => hasToken);
  const fine = isTried ? "just what was approved" : "not tried: no token was asked for";
  await addToTimeline(table, incident.id, {
    at: clock.now(),
    who: "curfew",
    what: "Looked what a token gets with what was given back.",
    answer: wrong.length > 0 ? wrong.join("; ") : staysLocked ? "not tried: no grant type was given back" : fine,
  });
  const { stillClosed = [] } = restore;
  const given = [...plan.grants.map(grantText), ...stillClosed];
  const token = staysLocked ? "stays locked" : isTried ? "tried" : "not tried";
  const guards = staysLocked ? await guardsOf(table, incident) : [];
  await tellIncident(incident, { turn: "restored", at: restore.at, given, missing: wrong, token, guards }, parts);
  // The moment stays: from then on the application may be used again.
  const texts = [...stillClosed, ...tried.map(({ text }) => text)];
  const message = `${plan.clientId} has what was approved. ${texts.join(" ")}`;
  return recordStep(table, incident.id, "restore", { ...restore, message });
}

/** What came of one try. */
interface Tried {
  /** A sentence. */
  text: string;
  /** What is not as approved, or not known; undefined where all is well. */
  wrong: string | undefined;
  /** Whether a token was given out that has just what was approved. */
  hasToken?: true;
}

/** Where a person had closed it before the first look, or another incident: nobody would get a token. */
const LOCKED: Tried = { text: "It still gets no tokens for itself, and none was tried.", wrong: undefined };

const NO_LOGIN: Tried = {
  text: "Nobody tried it: Curfew does not have the new credential.",
  wrong: "no token was tried: Curfew does not have the new credential",
};

async function tryAll(
  incident: Incident,
  { grants }: RestorePlan,
  login: Login,
  { tokenFor, table, clock }: TryingParts,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const grant of grants) {
    if (grant.subjectType === "user") continue;
    if (grant.organizationUsage === "require") {
      tried.push({ text: `${grant.audience}: ${FOR_AN_ORGANIZATION}.`, wrong: undefined });
      continue;
    }
    const from = clock.now();
    // A client secret that is refused one way is sent the other way, too.
    const act = { from, until: from + LONGEST_TRY, most: 2, leaves: ["token-issued", "token-refused"] } as const;
    await noteOwnAct(table, incident.id, act);
    tried.push(judgeToken(grant, await tokenFor(login, grant.audience)));
  }
  return tried;
}

const FOR_AN_ORGANIZATION = "a token is only given for an organization, and none was asked for";

/** Compares a token's scopes with what was approved. */
function judgeToken(grant: NewGrant, answer: TokenAnswer): Tried {
  const { audience } = grant;
  const wrong = (text: string): Tried => ({ text: `${audience}: ${text}.`, wrong: `${audience}: ${text}` });
  const fine = (text: string): Tried => ({ text: `${audience}: ${text}.`, wrong: undefined, hasToken: true });
  switch (answer.answer) {
    case "denied":
      return wrong("no token is given out, as if there were no grant");
    case "refused":
      return wrong("the new credential is refused");
    case "unknown":
      return wrong("whether a token is given out is not known");
    case "issued":
      return judgeScopes(grant, answer.scopes, wrong, fine);
  }
}

function judgeScopes(
  { scopes: approved, allowsAllScopes }: NewGrant,
  scopes: readonly string[] | undefined,
  wrong: (text: string) => Tried,
  fine: (text: string) => Tried,
): Tried {
  if (allowsAllScopes === true) return fine("a token is given out, with every scope, as approved");
  // Auth0 leaves the list out where there is nothing in it.
  const given = scopes ?? [];
  const more = given.filter((scope) => !approved.includes(scope));
  const fewer = approved.filter((scope) => !given.includes(scope));
  if (more.length > 0) return wrong(`a token has MORE than was approved: ${more.join(" ")}`);
  if (scopes === undefined && approved.length > 0)
    return wrong("a token is given out, and Auth0 does not say with which scopes");
  if (fewer.length > 0) return wrong(`a token lacks what was approved: ${fewer.join(" ")}`);
  return fine("a token has just what was approved");
}
