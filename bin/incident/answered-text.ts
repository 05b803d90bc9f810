/** What came of a person's answer. */
export type AnswerCame =
  /** What waits for it goes on now. */
  | "waits"
  /** It was given before. */
  | "stood"
  /** It counts, and nothing waits for it at this moment. */
  | "counts"
  /** One more person has to agree. */
  | "needs another";

/** What is answered, and what is known of the incident. */
interface Answered {
  decision: "approve" | "reject";
  drill: boolean;
  /** Whether a no locks again what a person has ended halfway: see `isLeftHalfway`. */
  isHalfway: boolean;
}

/** Says to whoever has answered what happens now. */
export function answeredText(came: AnswerCame, { decision, drill, isHalfway }: Answered): string {
  if (came === "stood") return `It was ${decision === "approve" ? "approved" : "rejected"} already, and that stands.`;
  if (came === "needs another")
    return "Your approval is on record. Nothing is done yet: somebody else has to agree as well.";
  if (drill) return REHEARSED[decision];
  const when = came === "waits" ? "now" : "with its next turn";
  if (decision === "approve") return `Approved; Curfew does it ${when}.`;
  return isHalfway ? `${HALFWAY} ${when}.` : "Rejected; everything stays as it is.";
}

/** Nothing comes of an answer in a drill. */
const REHEARSED = {
  approve: "Approved. In an emergency Curfew would do it now; in this drill nothing is changed.",
  reject: "Rejected. In an emergency everything would stay as it is; in this drill nothing is changed.",
} as const;

const HALFWAY =
  "Rejected. The application may be open, because a person ended an incident that was about to unlock it: Curfew locks it again";
