import { moment } from "../../alerts/change-alert.ts";
import { counted, harmless } from "../../alerts/harmless-text.ts";
import type { Incident } from "../incident/incident.ts";
import type { UseCount } from "./incident-turn.ts";
import { iso, nameOf, type Told, type Turn } from "./told.ts";

/** What of the uses may be Curfew's own, where what the deployed one does cannot be known. */
const OWN_TOO =
  "What the deployed Curfew did with it meanwhile, such as a rotation or an audit, counts among these: this machine cannot know of it.";

export function used(
  incident: Incident,
  { from, at, uses, isRefusedOnly, isAfterLock }: Turn<"used">,
  isAlone: boolean,
): Told {
  const total = uses.reduce((sum, { count }) => sum + count, 0);
  return {
    severity: isRefusedOnly ? "high" : "critical",
    title: usedTitle(nameOf(incident), total, { isRefusedOnly, isAfterLock }),
    text: isRefusedOnly
      ? `Auth0 refused${isAfterLock ? ", so the lock holds" : ""}. It may be the thief, or a service that has not heard of it.`
      : `What is out is in use. ${isAlone ? OWN_TOO : "Curfew's own requests are not among these."}`,
    facts: [{ label: "Between", value: `${moment(iso(from))} and ${moment(iso(at))}` }],
    items: [...(isAlone ? [OWN_TOO] : []), ...uses.map(useLine)],
    steps: [
      "Find out from the addresses whose it is: a service of your own that goes on with an old token, or somebody else.",
      ...(isRefusedOnly
        ? []
        : ["If it cannot wait until the window closes, have the signing key revoked, or configure the network ACL."]),
    ],
    matter: [at, total],
    at,
  };
}

function usedTitle(
  name: string,
  total: number,
  { isRefusedOnly, isAfterLock }: Pick<Turn<"used">, "isRefusedOnly" | "isAfterLock">,
): string {
  if (isRefusedOnly) return `somebody tries to log in as ${name}: ${counted(total, "request")} refused`;
  if (isAfterLock) return `${name} was used after it was locked: ${counted(total, "request")}`;
  return `what leaked of ${name} is in use: ${counted(total, "request")}`;
}

export function plantedUsed(
  { tenant, id, clientId }: Incident,
  { from, at, uses, clients }: Turn<"planted-used">,
): Told {
  const total = uses.reduce((sum, { count }) => sum + count, 0);
  return {
    severity: "critical",
    title: `what was added with ${nameOf({ clientId })} is in use: ${counted(total, "request")}`,
    text: "These applications were added with what leaked, or by one of them. Containing the leak does not stop them.",
    facts: [{ label: "Between", value: `${moment(iso(from))} and ${moment(iso(at))}` }],
    items: uses.map(useLine),
    steps: clients.map(
      (client) =>
        `If nobody of yours added it: npx curfew revoke --tenant ${tenant} --client ${harmless(client, 80)} --reason "planted in ${id}"`,
    ),
    matter: [at, total],
    at,
  };
}

export function logGap(incident: Incident, { from, to }: Turn<"log-gap">): Told {
  return {
    severity: "critical",
    title: `nobody can see what was done with ${nameOf(incident)} for a while`,
    text: "Auth0 does not have these events any more, and Curfew has not read them. What happened then is in no log of Auth0's.",
    facts: [{ label: "Between", value: `${moment(iso(from))} and ${moment(iso(to))}` }],
    steps: ["If you stream the tenant's log elsewhere, look there."],
    matter: [from],
    at: to,
  };
}

export function blind(incident: Incident, { since, why, isOver }: Turn<"blind">): Told {
  return {
    severity: "critical",
    title: isOver
      ? `nobody watches any more what is done with ${nameOf(incident)}, and it is not over`
      : `nobody watches what is done with ${nameOf(incident)}: the tenant's log cannot be read`,
    text: isOver
      ? `${harmless(why, 300)} Until then nothing that is put back is seen or taken away again.`
      : `${harmless(why, 300)} What happens meanwhile is told once it can be read, as far as Auth0 still has it.`,
    facts: [{ label: "Read until", value: moment(iso(since)) }],
    steps: ["Look into the tenant's log in Auth0's dashboard: Monitoring > Logs."],
    matter: isOver ? ["over"] : [since],
    at: since,
  };
}

export function found(
  incident: Incident,
  { at, isRead, isCompared, uses, exposed, changes, notCompared }: Turn<"found">,
  isAlone: boolean,
): Told {
  const unread = isRead ? "" : "Nobody could read the log to where watching begins: look into it yourself. ";
  const none =
    isRead && uses.length === 0 ? "The log shows nothing of it; that does not mean that nothing was done. " : "";
  const calm = isRead ? "medium" : "high";
  return {
    severity: exposed.length > 0 ? "critical" : calm,
    title: `what was done with ${nameOf(incident)}: ${exposed.length === 0 ? "nothing else is known to be exposed or planted" : `${counted(exposed.length, "other thing")} may be exposed or planted`}`,
    text: `${unread}${none}Uses at APIs other than Auth0's own are in their logs alone, and Auth0's log reaches back for days only.`,
    items: [
      ...exposed.map((line) => `EXPOSED ${line}`),
      ...(isAlone && uses.length > 0 ? [OWN_TOO] : []),
      ...uses.map(useLine),
      ...changes.map((line) => `Different ${line}`),
      ...notCompared.map((line) => `NOT COMPARED ${line}`),
    ],
    steps:
      exposed.length > 0
        ? [
            `For each application that is exposed: npx curfew revoke --tenant ${incident.tenant} --client ID --reason "seen in ${incident.id}"`,
            "For everything else that was added or changed: find it in the dashboard by the time and the path, and take it away if nobody of yours did it.",
          ]
        : [],
    matter: [...(isRead ? [] : ["unread"]), ...(isCompared ? [] : ["not compared yet"]), ...exposed.toSorted()],
    at,
  };
}

const useLine = ({ what, count, ips }: UseCount): string =>
  `${counted(count, "time")}: ${what}${ips.length === 0 ? "" : `, from ${ips.join(", ")}`}`;
