import type { Incident } from "./incident.ts";

/** What the description of every rule begins with that an incident makes. */
export const ACL_PREFIX = "Curfew, incident ";

/** By this an incident's rule is found again, also by whoever did not hear that it was made. */
export const aclDescription = ({ id }: Pick<Incident, "id">): string => `${ACL_PREFIX}${id}`;

/** Whether the incident's rule may be there: it was made, or nobody knows that it was not. In a drill it would be. */
export const mayHaveAcl = ({ steps: { "network-acl": acl } }: Pick<Incident, "steps">): boolean =>
  acl !== undefined && acl.outcome !== "not-applicable";

/** How a person removes it. Source: Auth0 documentation, "Manage Rules in Dashboard". */
export const removeAclByHand = (incident: Pick<Incident, "id">): string =>
  `Security > Access Control: switch off the rule "${aclDescription(incident)}", and delete it.`;

/** Where it keeps out Curfew itself, which can then neither see it nor take it away. */
export const SHUT_OUT =
  "The network ACL is there and shuts Curfew itself out: its requests come from elsewhere than containment.networkAcl says.";

/** What a person does then. */
export const letInByHand = (incident: Pick<Incident, "id">): string =>
  `the rule "${aclDescription(incident)}" keeps Curfew itself out: correct containment.networkAcl and deploy, or it is made again; then remove the rule in the dashboard, Security > Access Control`;

/** Why a person's machine makes none, though one is configured. */
export const NOT_FROM_HERE =
  "From this machine no network ACL is made: the configured ranges are those of the deployed Curfew, and it would shut this machine out.";

/** What people can do instead. */
const CLOSE_BY_HAND =
  "Where you work from within the ranges of containment.networkAcl you can end tokens for the Management API now: Security > Access Control, a rule for the Management API that blocks everybody outside of them. It keeps this machine out, too, unless it is within them; delete the rule once the window is over.";

/** What of it only people can do, one step a line. */
export function aclSteps(incident: Pick<Incident, "id" | "steps">): string[] {
  const message = incident.steps["network-acl"]?.message;
  if (message === SHUT_OUT) return [`Let Curfew in again: ${letInByHand(incident)}.`];
  return message === NOT_FROM_HERE ? [CLOSE_BY_HAND] : [];
}
