import type { Terminal } from "../terminal.ts";
import { answerText } from "./answer-text.ts";
import { stateWords } from "./incident-text.ts";
import type { Standing } from "./standing.ts";

/** Tells how an incident stands, whenever that is another thing. */
export type StandingTeller = (standing: Standing) => void;

/**
 * Tells on standard output how an incident stands whenever its state has changed, until when tokens work, what keeps the
 * window open, or what waits for an answer. What a person has read before is not what holds any more.
 *
 * @param known what was shown already
 */
export function standingTeller({ out, width }: Pick<Terminal, "out" | "width">, known: Standing): StandingTeller {
  let told = matterOf(known);
  return (standing) => {
    const matter = matterOf(standing);
    if (matter !== told) out(`\n${answerText(standing, width)}\n`);
    told = matter;
  };
}

/** A window whose end is not known moves with every look, which is no news. */
function matterOf(standing: Standing): string {
  const { incident, waiting } = standing;
  const { window } = incident;
  const end = window?.state === "open" ? window.because : (window?.at ?? null);
  return JSON.stringify([stateWords(standing), end, waiting]);
}
