import type { Instant } from "../../lib/history/history.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import type { Ordered } from "../../lib/rotation/by-hand/order-by-hand.ts";
import { optionsFor, secretNameOf } from "../../lib/rotation/credentials/credential-text.ts";
import { isStillAccepted } from "../../lib/rotation/ledger/overdue.ts";
import type { Progress, Stage } from "../../lib/rotation/ledger/progress.ts";
import type { RotationTarget } from "../../lib/rotation/ledger/target.ts";
import { minuteText } from "../../lib/rotation/minute-text.ts";
import { type Advised, refusalSteps } from "../../lib/rotation/news/refusal-advice.ts";
import type { Refusal } from "../../lib/rotation/refusal.ts";

/** What a command about a rotation ends with. */
export interface Outcome {
  /** 0 when the new credential is in place, 1 when it is not, or when the old one should be dead and is not. */
  code: 0 | 1;
  /** The result, in a sentence or two. */
  text: string;
  /** What a person can do now. */
  advice: readonly string[];
}

/** What is rotated, in a word. */
export const nounOf = ({ kind }: Pick<RotationTarget, "kind">): string => (kind === "client-secret" ? "secret" : "key");

/**
 * What is said when a rotation has come to a stage.
 *
 * @param by who does the steps
 */
export function stageText(stage: Stage, target: Pick<RotationTarget, "kind">, by: Ordered["by"]): string {
  const what = nounOf(target);
  const texts: Readonly<Record<Stage, string>> = {
    ordered:
      by === "here"
        ? "This machine does the steps that are left."
        : "Ordered; waiting for the rotation function to begin.",
    begun: `A new ${what} is being made and stored; Auth0 does not know it yet.`,
    set: `The new ${what} is stored, and Auth0 is being told.`,
    promoted: `Auth0 accepts the new ${what}, and consumers find it as the current one.`,
    proven: `Auth0 refuses the old ${what}.`,
  };
  return texts[stage];
}

/**
 * What a rotation came to, as far as it was followed.
 *
 * @param whyUnproven where no proof can come about, in a sentence
 */
export function outcomeOf(
  target: RotationTarget,
  progress: Progress | undefined,
  now: Instant,
  whyUnproven?: string,
): Outcome {
  if (progress?.stage === "proven") return done(`The ${nounOf(target)} is rotated, and the old one is proven dead.`);
  if (progress?.stage === "promoted") return promoted(target, progress, now, whyUnproven);
  const why = progress?.held ?? progress?.failure;
  if (why) return failed(target, why.message, progress?.failure?.refusal ?? progress?.held?.refusal ?? null);
  return {
    code: 1,
    text: "Nothing more was heard of the rotation; it may still go on.",
    advice: [statusCommand(target), "The log of the function curfew-rotate-secret says what it does."],
  };
}

function promoted(
  target: RotationTarget,
  { aftercare }: Progress,
  now: Instant,
  whyUnproven: string | undefined,
): Outcome {
  const inPlace = `The ${nounOf(target)} is rotated.`;
  const old = `the old ${nounOf(target)}`;
  if (!aftercare) return done(inPlace);
  const { overdueSince, notProvable, ending, from, oldKey } = aftercare;
  if (overdueSince !== undefined) {
    const what = isStillAccepted(aftercare) ? "Auth0 still accepts" : "nobody could see that Auth0 refuses";
    const text = `${inPlace} But ${what} ${old}, which should be dead since ${minuteText(overdueSince)}.`;
    return { code: 1, text, advice: [statusCommand(target), "More: docs/runbook.md#aftercare-overdue"] };
  }
  if (notProvable !== undefined && ending === "in-use") {
    const text = `The ${nounOf(target)} was rotated, and is not in use any more: ${clean(notProvable)}`;
    return { code: 1, text, advice: [statusCommand(target), "More: docs/runbook.md#aftercare-overdue"] };
  }
  if (notProvable !== undefined) {
    const what = ending === undefined ? `That ${old} is dead cannot be proven: ` : "";
    return done(`${inPlace} ${what}${clean(notProvable)}`);
  }
  if (oldKey && from > now)
    return done(`${inPlace} Until ${minuteText(from)} ${old} is accepted, too; then an audit removes it.`);
  if (whyUnproven !== undefined) return done(`${inPlace} ${whyUnproven}`);
  return done(`${inPlace} That ${old} is dead is not proven yet; the next audit goes on with that.`);
}

/** What hung was no rotation to be finished: a label that somebody left, or a value that Auth0 refuses. */
export const nothingCame = ({ tenant, clientId }: RotationTarget): Outcome => ({
  code: 1,
  text: "Not rotated: nothing came of the version that hung, and it has come to its end; nothing is in the way of a new one any more.",
  advice: [clean(`Rotate it: npx curfew rotate ${optionsFor(tenant, clientId)}`)],
});

const done = (text: string): Outcome => ({ code: 0, text, advice: [] });

function failed(target: RotationTarget, message: string, refusal: Refusal | null): Outcome {
  const secret = secretNameOf(target.arn);
  if (refusal) {
    return { code: 1, text: `Not rotated: ${clean(message)}`, advice: refusalAdvice(refusal, { ...target, secret }) };
  }
  const again = `Once the cause is gone, carry on at once: npx curfew rotate ${optionsFor(target.tenant, target.clientId)}`;
  return {
    code: 1,
    text: `Not rotated yet: ${clean(message)}`,
    advice: [
      "Secrets Manager and the next audit try again by themselves.",
      clean(again),
      "More: docs/runbook.md#rotation-failed",
    ],
  };
}

/** What to do about a refusal; commands name the credential, ready to be copied. */
export const refusalAdvice = (refusal: Refusal, advised: Advised): string[] => [
  ...refusalSteps(refusal, advised).map(clean),
  "More: docs/runbook.md#rotation-refused",
];

/** How to look at a rotation. */
export const statusCommand = ({ tenant }: Pick<RotationTarget, "tenant">): string =>
  `How it stands: npx curfew rotate status --tenant ${tenant}`;

const clean = (text: string): string => terminalText(text);
