import { type Lever, UNTOUCHED } from "../leak/leak-kinds.ts";
import { isAsApproved, isGivenBack, staysLocked } from "./how-far.ts";
import { type Incident, isContained } from "./incident.ts";
import { nowhereSince } from "./nowhere.ts";

const WORDS: Readonly<Record<Lever | "prove", string>> = {
  lock: "It may still be given tokens for itself: client_credentials is not taken out of its grant types.",
  "detach-key": "The leaked key is still attached.",
  contain: "Its grants are not all deleted.",
  rotate: "It has no new credential yet.",
  prove: "It is not proven that no new token is given out.",
};

const GIVEN = "Access was given back, as a second person agreed.";
const GIVEN_LOCKED =
  "What a second person agreed to was given back. No grant type was among it: it gets no tokens for itself.";
const IN_PART = "Access is being given back, as a second person agreed, and that is not done: it may get tokens again.";

const REOPENED = "Whoever may use the dashboard can open the application again.";
const MAY_BE_A_USERS =
  "Nobody here can read whose token it is: if it is a user's, closing the application does not stop it.";

/**
 * What keeps a leak from being contained, one sentence each; empty when it is contained. Never empty otherwise. That
 * there is no new credential yet is none of it: see {@link isContained}.
 */
export function notDone(incident: Incident): string[] {
  if (isContained(incident)) return [];
  const { leak, steps, drill, restored } = incident;
  if (!leak) return notClassified(incident);
  if (restored && isAsApproved(incident)) {
    const refuted =
      restored.refutedAt !== undefined && steps.prove?.outcome === "incomplete" ? steps.prove.missing : [];
    return [...refuted, !isGivenBack(incident) ? IN_PART : staysLocked(incident) ? GIVEN_LOCKED : GIVEN];
  }
  if (nowhereSince(incident) !== null && steps.lock) return [steps.lock.message];
  if (leak.untouched) return [UNTOUCHED[leak.untouched]];
  if (leak.levers.length === 0) return ["Nothing that Curfew can do stops what leaked."];
  const levers = leak.levers.filter((lever) => lever !== "rotate");
  const missing = [...levers, "prove" as const].flatMap((step) => {
    const result = steps[step];
    if (result?.outcome === "done" || result?.outcome === "paged") return [];
    return result?.outcome === "incomplete" ? [...result.missing] : [result?.message ?? WORDS[step]];
  });
  if (missing.length > 0) return missing;
  if (!leak.isContainable) return [leak.kind === "encrypted-token" ? MAY_BE_A_USERS : REOPENED];
  return [drill ? "This is a drill: nothing was taken away." : "What was proven is older than what was done last."];
}

/** What leaked is classified by the first look, and once more when a key is named later. */
function notClassified({ steps: { lock }, leakedKey }: Incident): string[] {
  if (lock?.outcome === "incomplete") return [...lock.missing];
  if (lock === undefined) return ["Nobody has looked at the application yet."];
  if (leakedKey === undefined) return [lock.message];
  return [
    `The key ${leakedKey} was named since the last look: beside what is going on it is detached within seconds, where another one stays.`,
  ];
}
