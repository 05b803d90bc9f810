import { afterAll, describe } from "vitest";
import { byHand } from "./cases/by-hand.ts";
import { canaries } from "./cases/canaries.ts";
import { killed } from "./cases/killed.ts";
import { oneRun } from "./cases/one-run.ts";
import { twoRuns } from "./cases/two-runs.ts";
import { CANARY } from "./support/cast.ts";
import { startStack } from "./support/start-stack.ts";
import { witnessOf } from "./support/witness.ts";

const stack = await startStack();
afterAll(() => stack[Symbol.asyncDispose]());
const witness = witnessOf(
  stack,
  new Map([
    [CANARY, "a secret of Secrets Manager or Auth0"],
    [stack.webhookPath, "the webhook"],
  ]),
);

describe("a run over all tenants", { timeout: 120_000 }, () => oneRun(stack));
describe("a run that somebody starts by hand", { timeout: 120_000 }, () => byHand(stack));
describe("two runs over the same tenants", { timeout: 120_000 }, () => twoRuns(stack, witness));
describe("a function that is killed in the middle and called again", { timeout: 600_000 }, () =>
  killed(stack, witness),
);
describe("secrets", { timeout: 120_000 }, () => canaries(stack, witness));
