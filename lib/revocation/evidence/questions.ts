import { counted } from "../../alerts/harmless-text.ts";
import { removeAclByHand } from "../incident/network-rule.ts";
import { IN_NO_INVENTORY } from "../investigate/compare.ts";
import type { Exposure } from "../investigate/exposed.ts";
import type { IncidentSettings } from "../parts.ts";
import { momentBefore, momentOf } from "../window/window-text.ts";
import type { BundledWatch, IncidentBundle } from "./bundle.ts";

type Facts = Omit<IncidentBundle, "questions" | "lessons">;

/** What decides beside the facts. */
interface Circumstances extends Pick<IncidentSettings, "isAlone"> {
  /** Whether what leaked may be being replaced at that moment: what came of it is in no facts. */
  isReplacing: boolean;
}

/** What nobody knows, or has decided, when an incident is closed: one sentence each. */
export const openQuestions = (facts: Facts, { isAlone = false, isReplacing }: Circumstances): string[] => {
  const rest = [
    ...aboutCredentials(facts),
    ...aboutTheLog(facts),
    ...(isAlone && hasUses(facts) ? [OWN_TOO] : []),
    ...aboutTheTenant(facts),
    "What was done at APIs other than Auth0's own is in their logs alone: has somebody looked there?",
  ];
  // What could not be walked through is open in a drill, too; the rest would be asked.
  return [
    ...aboutContaining(facts),
    ...(isReplacing ? [`${REPLACING} npx curfew incidents show ${facts.incident.id} says it.`] : []),
    ...(facts.incident.drill ? rest.map((question) => `In an emergency: ${question}`) : rest),
  ];
};

const REPLACING =
  "What came of replacing what leaked, and of proving that it is dead? That may have been under way when this was written:";

const LOCK = {
  open: "It is NOT contained: it gets tokens for itself again, and nobody agreed to that. Who opened it after the watch had ended, and what got a token since?",
  "not seen": "Is it still locked? Nobody could see that in the end.",
};

const aboutContaining = ({ incident, isContained, lockAtLast, leak, steps, ended }: Facts): string[] => [
  ...(ended ? [`${ended.by} ended it before it was over: ${ended.reason}`] : []),
  ...(incident.leakedSince === null && !incident.drill
    ? ["Since when was it out? Nobody said, so everything in the log counts."]
    : []),
  ...(lockAtLast === null || lockAtLast === "holds" ? [] : [LOCK[lockAtLast]]),
  ...(isContained || incident.drill || lockAtLast === "open"
    ? []
    : [
        leak?.isContainable === false
          ? "It could not be contained by Curfew: was it done by hand?"
          : "It is not contained.",
      ]),
  ...steps.flatMap(({ step, outcome, missing }) =>
    // These two say that they wait, which is what is ending now.
    outcome === "incomplete" && step !== "watch" && step !== "close" ? missing.map((line) => `${step}: ${line}`) : [],
  ),
  ...aboutTheNetwork(incident, steps),
  ...steps.flatMap(({ told }) =>
    told.length === 0 ? [] : [`${counted(told.length, "thing")} could not be stored; people were told what.`],
  ),
];

/** Before an incident is closed its network ACL is taken away: what is recorded then may still be there. */
const aboutTheNetwork = ({ id, drill }: Facts["incident"], steps: Facts["steps"]): string[] =>
  !drill && steps.some(({ step, outcome }) => step === "network-acl" && outcome !== "not-applicable")
    ? [`Does the network ACL of this incident still keep others from the Management API? ${removeAclByHand({ id })}`]
    : [];

const aboutCredentials = ({ credentials }: Facts): string[] =>
  credentials.flatMap(({ what, state, detail }) => (state === "dead" ? [] : [`Is this dead: ${what}? ${detail}`]));

/** Events come into the log late: what was not read by so long after the window nobody has seen. Milliseconds. */
const LATE = 600_000;

function unwatched({ watch, window, generatedAt, incident }: Facts): string[] {
  if (!watch || incident.drill) return [];
  if (watch.readUntil === null) return ["Nobody could read the log since the incident began: what was done with it?"];
  const end = window?.state === "closes" ? Date.parse(window.at) + LATE : Date.parse(generatedAt);
  return Date.parse(watch.readUntil) >= Math.min(end, Date.parse(generatedAt)) - LATE
    ? []
    : [`The log was read until ${momentBefore(Date.parse(watch.readUntil))} only: what was done with it after that?`];
}

function aboutTheLog(facts: Facts): string[] {
  const { investigation, watch } = facts;
  const reach = investigation?.reachesBackTo;
  return [
    ...(investigation ? [] : ["Nobody looked back at what was done before it was locked."]),
    ...(investigation && !investigation.isRead ? ["The log from before it was locked is not read to its end."] : []),
    ...(reach ? [`The log reaches back to ${momentOf(Date.parse(reach))}: what was done before then?`] : []),
    ...(watch ? [] : ["Nobody watched the log after it was locked."]),
    ...unwatched(facts),
    ...[...(investigation?.gaps ?? []), ...(watch?.gaps ?? [])].map(
      ({ from, to }) =>
        `What was done between ${momentBefore(Date.parse(from))} and ${momentOf(Date.parse(to))}? The log has a gap there.`,
    ),
    ...((watch?.notKept ?? 0) + (investigation?.notKept ?? 0) > 0
      ? ["More events are about it than are kept here."]
      : []),
    ...(watch && watch.told.length > 0 ? [`${usedWhen(watch)}: whose requests were those?`] : []),
  ];
}

const hasUses = ({ investigation, watch }: Facts): boolean =>
  [investigation?.uses, watch?.told, watch?.counted].some((uses) => uses !== undefined && uses.length > 0);

const OWN_TOO =
  "Which of these requests were the deployed Curfew's own, such as those of a rotation or an audit? The machine that answered could not know, so they count as uses.";

const usedWhen = ({ told, lockedAt }: BundledWatch): string =>
  lockedAt !== null && told.some(({ lastAt }) => Date.parse(lastAt) >= Date.parse(lockedAt))
    ? "It was used after it was locked"
    : "What leaked was used";

function aboutTheTenant({ investigation, watch }: Facts): string[] {
  if (!investigation) return [];
  const notFollowed = investigation.plantedNotFollowed + (watch?.plantedNotFollowed ?? 0);
  const { exposures, otherExposures, notCompared, sectionsNotCompared, otherChanges } = investigation;
  return [
    ...(notCompared === null ? [] : [`What is different in the tenant since? ${notCompared}`]),
    `What is different in ${IN_NO_INVENTORY}? They are in no inventory, and only the log tells of them.`,
    ...sectionsNotCompared.map(({ section, why }) => `What is different in ${section}? Nobody can say: ${why}.`),
    ...aboutApplications(exposures, watch?.planted ?? []),
    ...(notFollowed > 0
      ? [`What did ${counted(notFollowed, "further application")} do, added with it? Nobody followed that.`]
      : []),
    ...exposures.flatMap(({ what, clientId }) =>
      clientId === null ? [`Exposed or planted: ${what}. What became of it?`] : [],
    ),
    ...(otherExposures + otherChanges > 0 ? ["There are more differences than are listed here."] : []),
  ];
}

/** One question for each, however much of it was seen. */
function aboutApplications(
  exposures: readonly Pick<Exposure, "what" | "clientId">[],
  planted: readonly string[],
): string[] {
  const named = exposures.flatMap(({ what, clientId }) => (clientId === null ? [] : [{ what, clientId }]));
  const whats = Map.groupBy(named, ({ clientId }) => clientId);
  return [...new Set([...planted, ...whats.keys()])].map((clientId) => {
    const seen = (whats.get(clientId) ?? []).map(({ what }) => `${what}.`);
    return planted.includes(clientId)
      ? [`Is ${clientId} gone, which was added with what leaked, and what did it do?`, ...seen].join(" ")
      : [`Is ${clientId} an incident of its own?`, ...seen].join(" ");
  });
}
