import type { Question } from "./question.ts";

const nothing: Question = {
  plan: async () => ({ next: "on", wait: 0 }),
  ask: async () => undefined,
  act: async () => ({ next: "on", wait: 0 }),
};

/** What a second person is asked for. */
export const QUESTIONS: Readonly<Record<"key-revocation" | "restore", Question>> = {
  "key-revocation": nothing,
  restore: nothing,
};
