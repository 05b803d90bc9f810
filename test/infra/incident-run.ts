import type { StepAnswer } from "../../lib/revocation/incident-machine.ts";
import { openStateMachine, type StateMachineHost } from "../../lib/sandbox/cloud/state-machine/open-state-machine.ts";
import { allStates, type Definition } from "../../lib/sandbox/cloud/state-machine/prepare-definition.ts";
import type { HistoryEvent } from "../../lib/sandbox/cloud/state-machine/run-execution.ts";
import { virtualClock } from "../support/virtual-clock.ts";

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

/** As the desk starts it. */
export const INCIDENT = { incident: "2026-11-23-acme-prod-0123456789", tenant: "acme-prod" };

type Next = StepAnswer["next"] | "fails" | "approved" | "rejected" | "decided";
/**
 * What a step answers: always the same, one after the other (then the last one), or by the seconds that have passed and
 * how often it was asked.
 */
type Answers = Next | readonly Next[] | { fails: number; after?: Answers } | ((passed: number, count: number) => Next);

interface Changed {
  /** What a step takes until it answers, in seconds. */
  takes?: Readonly<Record<string, number>>;
  publish?: "fails";
  onAsk?(token: string, host: StateMachineHost): void;
}

/** Opens the machine with these functions in place of the real ones. */
function open(
  template: string,
  clock: ReturnType<typeof virtualClock>,
  step: (event: Json) => Promise<unknown>,
  publish: (message: Json) => Promise<unknown>,
): StateMachineHost {
  const functions = { RespondFunction: step, InvestigateFunction: step, RotateLeakedFunction: step };
  const options = { machine: "Incident", functions, services: { publish }, clock, wait: "by-clock" } as const;
  return openStateMachine(JSON.parse(template), options as Json);
}

/** The definition of the machine, as it was synthesized. */
export const definitionIn = (template: string): Definition =>
  open(
    template,
    virtualClock(),
    async () => ({}),
    async () => ({}),
  ).definition as Definition;

/** Runs the definition as it was synthesized, in virtual time; functions answer `on` where nothing else is said. */
export async function runIncident(
  template: string,
  input: Json,
  script: Readonly<Record<string, Answers>>,
  { publish, onAsk, takes = {} }: Changed = {},
) {
  const clock = virtualClock();
  const start = clock.now();
  const calls: string[] = [];
  const pages: string[] = [];
  const answered = new Map<string, number>();
  const next = (step: string, answers: Answers = ({ open: "on" } as Json)[step] ?? "on"): Next => {
    const count = answered.get(step) ?? 0;
    if (typeof answers === "string") return answers;
    if (typeof answers === "function") return answers((clock.now() - start) / 1_000, count);
    if ("fails" in answers) {
      if (count >= answers.fails) return countedFrom(answers.after ?? "on", count - answers.fails);
      return "fails";
    }
    return answers[Math.min(count, answers.length - 1)] ?? "on";
  };
  const countedFrom = (answers: Answers, count: number): Next =>
    typeof answers === "string"
      ? answers
      : ((answers as readonly Next[])[Math.min(count, (answers as readonly Next[]).length - 1)] ?? "on");
  const host = open(
    template,
    clock,
    async ({ step, taskToken }) => {
      calls.push(step);
      if (takes[step]) await clock.sleep(takes[step] * 1_000);
      const said = next(step, script[step]);
      answered.set(step, (answered.get(step) ?? 0) + 1);
      if (said === "fails") throw new Error("failed as planned");
      // As the function answers where there is nothing to ask any more.
      if (said === "decided") throw Object.assign(new Error("It was approved."), { name: "approval-refused" });
      if (taskToken !== undefined) onAsk?.(taskToken, host);
      if (said === "approved") host.complete(taskToken, { output: {} });
      if (said === "rejected") host.complete(taskToken, { error: "Rejected", cause: "no" });
      return { ...INCIDENT, next: said, wait: step === "watch" ? 60 : said === "again" ? 10 : 0 };
    },
    async ({ Message }) => {
      if (publish === "fails") throw new Error("SNS is away");
      pages.push(String(Message).replace(/ What to do:.*/, ""));
      return { MessageId: "1" };
    },
  );
  const execution = host.start(input, { name: "incident" });
  const result = await clock.run(execution.result);
  return { calls, pages, result, passed: (clock.now() - start) / 1_000, events: eventsOf(host, execution.history) };
}

/**
 * The events that Step Functions would have: a state that is entered and left, and for a task each try: scheduled,
 * started, and how it ended. A page is scheduled, started and ended as well, and branches are started and end together.
 */
function eventsOf({ definition }: StateMachineHost, history: readonly HistoryEvent[]): number {
  const eventsOfState: Readonly<Record<string, number>> = { Task: 5, Parallel: 4 };
  const types = new Map([...allStates(definition)].map(([name, { Type }]) => [name, Type]));
  const entered = history
    .filter(({ type }) => type === "StateEntered")
    .map(({ state }) => (state as Json).name as string);
  const retried = history.filter(({ type }) => type === "StateRetried").length;
  return entered.reduce((sum, name) => sum + (eventsOfState[types.get(name) ?? ""] ?? 2), 0) + 3 * retried + 2;
}
