import type { AskedStep } from "../approvals/asked.ts";
import type { RestoreRules } from "../restore/judge-grants.ts";
import { keyRevocationQuestion } from "./ask-key-revocation.ts";
import { restoreQuestion } from "./ask-restore.ts";
import type { Question } from "./question.ts";

/** What a second person is asked for. */
export type Questions = Readonly<Record<AskedStep, Question>>;

/** @param rules what the configuration finds too much to be given back */
export const questionsBy = (rules: RestoreRules): Questions => ({
  "key-revocation": keyRevocationQuestion,
  restore: restoreQuestion(rules),
});

const nothing: Question = {
  plan: async () => ({ next: "on", wait: 0 }),
  ask: async () => undefined,
  act: async () => ({ next: "on", wait: 0 }),
  lastsUntil: async () => null,
};

/** On a person's own machine nobody else is there to be asked. */
export const NO_QUESTIONS: Questions = { "key-revocation": nothing, restore: nothing };
