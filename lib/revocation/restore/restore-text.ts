import { counted } from "../../alerts/harmless-text.ts";
import type { Added } from "../contain/added.ts";
import type { NewGrant } from "../ports.ts";
import type { UseTally } from "../watch/log-use.ts";
import type { LeftOut, RestorePlan } from "./restore-plan.ts";

/** Scopes in one line. */
const MOST_SCOPES = 12;

/** A plan and its lines are one row, which holds 400 KB; a line is up to 500 bytes. */
const MOST_LEFT_OUT = 200;

/**
 * A plan for people, one thing a line: what comes back, what does not and why, and what the log says beside.
 *
 * @param isRead whether the log was looked back at to its end
 */
export const restoreLines = (
  plan: RestorePlan,
  leftOut: readonly LeftOut[],
  remarks: readonly string[],
  uses: readonly UseTally[],
  isRead: boolean,
): string[] => [
  ...planText(plan, grantText),
  ...leftOut.slice(0, MOST_LEFT_OUT).map(({ audience, what, why }) => `LEFT OUT ${what} for ${audience}: ${why}`),
  ...(leftOut.length > MOST_LEFT_OUT
    ? [`LEFT OUT ${leftOut.length - MOST_LEFT_OUT} more that the policy finds too much.`]
    : []),
  ...remarks.map((remark) => `NOTE ${remark}`),
  ...seenLines(uses, isRead),
];

/** What a plan does, and nothing beside it, whole. */
export const wholePlanText = (plan: RestorePlan): string[] => planText(plan, wholeGrantText);

const planText = (
  { clientId, grantTypes, grants, networkAcl, added = [] }: RestorePlan,
  textOfGrant: (grant: NewGrant) => string,
): string[] => [
  ...added.map((one) => `KEEPS ${addedText(one)}, ${WARNING}`),
  ...grants.map((grant) => `GIVE BACK ${textOfGrant(grant)}`),
  ...(grantTypes.length === 0
    ? [`${clientId} keeps its grant types: it gets no tokens for itself until a person allows it.`]
    : [`GIVE BACK the grant type ${grantTypes.join(" ")}: ${clientId} gets tokens for itself again.`]),
  ...(networkAcl ? [OPEN_NETWORK] : []),
];

/** Whether another incident has one as well is seen when it is taken away, and said then. */
const OPEN_NETWORK =
  "TAKE AWAY the network ACLs of this incident and of the others that closed the application: the Management API answers to others again, unless one of another incident is still there.";

/** With its id: that is what giving back compares. */
const addedText = ({ id, what }: Added): string => (what.includes(id) ? what : `${what} (${id})`);

const WARNING =
  "which Curfew did not give it: whoever has it gets tokens again, too. Have it taken away and say no, unless it is yours.";

/** `https://orders: read:orders; organizations: require; 2 organizations`. */
export function grantText(grant: NewGrant): string {
  const { scopes, organizations } = grant;
  const rest = scopes.length - MOST_SCOPES;
  const named = `${scopes.slice(0, MOST_SCOPES).join(" ")}${rest > 0 ? ` and ${rest} more` : ""}`;
  return textOf(grant, named, counted(organizations.length, "organization"));
}

/** The same with every scope and every organization: what somebody is to do by hand, or agrees to. */
export const wholeGrantText = (grant: NewGrant): string =>
  textOf(grant, grant.scopes.join(" "), `with ${grant.organizations.join(" ")}`);

function textOf(grant: NewGrant, scopeNames: string, organizationNames: string): string {
  const { audience, scopes, allowsAllScopes, subjectType, organizationUsage, allowsAnyOrganization, organizations } =
    grant;
  const details = grant.authorizationDetailsTypes ?? [];
  return [
    `${audience}: ${allowsAllScopes === true ? "all scopes" : scopes.length === 0 ? "no scopes" : scopeNames}`,
    ...(subjectType === undefined ? [] : [`for ${subjectType}`]),
    ...(organizationUsage === undefined ? [] : [`organizations: ${organizationUsage}`]),
    ...(allowsAnyOrganization === true ? ["any organization"] : []),
    ...(organizations.length === 0 ? [] : [organizationNames]),
    ...(details.length === 0 ? [] : [`authorization details: ${details.join(" ")}`]),
  ].join("; ");
}

function seenLines(uses: readonly UseTally[], isRead: boolean): string[] {
  const seen = uses.map(({ what, count }) => `SEEN ${counted(count, "time")}: ${what}`);
  if (!isRead) return [...seen, NOT_LOOKED_AT];
  return seen.length > 0 ? seen : ["SEEN nothing in the log. That does not mean that it is unused."];
}

const NOT_LOOKED_AT =
  "SEEN not looked at yet: the log is not looked back at to its end, so nobody knows what it was used for.";
