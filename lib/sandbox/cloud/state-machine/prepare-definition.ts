/** A state of any type, as the Amazon States Language has it. Only what the runner looks at is typed. */
export interface State {
  Type: string;
  Resource?: string;
  Parameters?: { FunctionName?: string; [name: string]: unknown };
  QueryLanguage?: string;
  Retry?: object[];
  Branches?: Definition[];
  Iterator?: Definition;
  ItemProcessor?: Definition & { ProcessorConfig?: { Mode?: string } };
  ItemReader?: object;
  ItemBatcher?: object;
  ResultWriter?: object;
  ToleratedFailurePercentage?: number;
  ToleratedFailureCount?: number;
  ToleratedFailurePercentagePath?: string;
  ToleratedFailureCountPath?: string;
  TimeoutSeconds?: number;
  Seconds?: number;
  SecondsPath?: string;
  Timestamp?: string;
  TimestampPath?: string;
  [field: string]: unknown;
}

/** A state machine, or a part of one. */
export interface Definition {
  StartAt: string;
  States: Record<string, State>;
  QueryLanguage?: string;
  TimeoutSeconds?: number;
  [field: string]: unknown;
}

/** The items of a distributed Map run as executions of their own. */
export interface ChildMachine {
  definition: Definition;
  /** Whether a child that fails leaves the Map unharmed. */
  tolerated: boolean;
}

/** A definition that the interpreter runs correctly. */
export interface PreparedDefinition {
  definition: Definition;
  /** By the name of the state that starts them. */
  children: ReadonlyMap<string, ChildMachine>;
}

/**
 * Rewrites a definition so that the interpreter does what Step Functions does:
 * - the interpreter overwrites `$$.Execution` with values of its own, so ours travel as `$$.Started`;
 * - it knows neither child executions nor tolerated failures, so the items of a distributed Map become tasks
 *   that run the item processor as an execution of its own;
 * - it waits by the machine's time, so what waits becomes a task that waits by the sandbox's.
 *
 * @throws TypeError for what the interpreter would pass over in silence: JSONata, ItemReader, ItemBatcher,
 *   ResultWriter, and tolerated failures other than none or all
 */
export function prepareDefinition(definition: Definition): PreparedDefinition {
  const text = JSON.stringify(definition).replaceAll("$$.Execution", "$$$$.Started");
  const prepared = JSON.parse(text) as Definition;
  const children = new Map<string, ChildMachine>();
  takeOutItems("the state machine", prepared, children);
  return { definition: prepared, children };
}

/** Checks every state, and puts a task in place of each distributed Map's item processor, at any depth. */
function takeOutItems(title: string, definition: Definition, children: Map<string, ChildMachine>): void {
  checkLanguage(title, definition.QueryLanguage);
  for (const [name, state] of allStates(definition)) {
    checkLanguage(name, state.QueryLanguage);
    if (state.Type === "Wait") waitAsTask(state);
    const processor = state.ItemProcessor;
    if (processor?.ProcessorConfig?.Mode !== "DISTRIBUTED") continue;
    checkDistributedMap(name, state);
    const task = `${name}: one item`;
    children.set(task, { definition: processor, tolerated: state.ToleratedFailurePercentage === 100 });
    state.ItemProcessor = { StartAt: task, States: { [task]: { Type: "Task", Resource: "sandbox", End: true } } };
    takeOutItems(name, processor, children);
  }
}

/** A task that is given how long to wait, or until when, and hands on what it was given. */
function waitAsTask(state: State): void {
  const { Seconds, SecondsPath, Timestamp, TimestampPath, Comment, Next, End, InputPath, OutputPath } = state;
  const given = { seconds: Seconds, "seconds.$": SecondsPath, until: Timestamp, "until.$": TimestampPath };
  for (const field of Object.keys(state)) delete state[field];
  const way = { Comment, Next, End, InputPath, OutputPath };
  const task = {
    Type: "Task",
    Resource: WAITING,
    Parameters: given,
    ResultPath: null,
    TimeoutSeconds: LONGEST,
    ...way,
  };
  Object.assign(state, JSON.parse(JSON.stringify(task)));
}

/** The interpreter gives a task a minute unless it says otherwise, and its timers hold 24 days. Seconds. */
const LONGEST = 2_000_000;

/** What a task is whose function waits. */
export const WAITING = "sandbox:wait";

/** Every state, those of branches and item processors included, with its name. Outer states come first. */
export function* allStates({ States }: Definition): Generator<[string, State]> {
  for (const [name, state] of Object.entries(States)) {
    yield [name, state];
    const inner = [...(state.Branches ?? []), state.Iterator, state.ItemProcessor];
    for (const definition of inner) if (definition) yield* allStates(definition);
  }
}

function checkLanguage(name: string, language = "JSONPath"): void {
  if (language !== "JSONPath") throw new TypeError(`The interpreter does not know ${language}, which ${name} uses.`);
}

const UNKNOWN_FIELDS = [
  "ItemReader",
  "ItemBatcher",
  "ResultWriter",
  "ToleratedFailureCount",
  "ToleratedFailureCountPath",
  "ToleratedFailurePercentagePath",
] as const;

function checkDistributedMap(name: string, state: State): void {
  const unknown = UNKNOWN_FIELDS.find((field) => state[field] !== undefined);
  if (unknown) throw new TypeError(`The sandbox does not run ${unknown}, which ${name} uses.`);
  const tolerated = state.ToleratedFailurePercentage ?? 0;
  if (tolerated === 0 || tolerated === 100) return;
  throw new TypeError(`The sandbox tolerates no failures or all of them; ${name} says ${tolerated} %.`);
}
