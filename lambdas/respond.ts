import * as z from "zod";
import { CHECKS_OVER_GRANTS } from "../lib/checks/checks-over-grants.ts";
import { configuredTenant } from "../lib/config/configured-tenant.ts";
import type { DeployedConfig } from "../lib/config/deployed-config.ts";
import { resolvePolicy } from "../lib/config/policy.ts";
import { openResponder } from "../lib/revocation/from-config.ts";
import {
  ASK_AGAIN_AFTER,
  RESPOND_STEPS,
  type RespondStep,
  type StepAnswer,
} from "../lib/revocation/incident-machine.ts";
import { openFor, openingShape } from "../lib/revocation/respond/open.ts";
import { type Questions, questionsBy } from "../lib/revocation/respond/questions.ts";
import { respondSteps } from "../lib/revocation/respond/respond.ts";
import { ON, type Way } from "../lib/revocation/respond/way.ts";
import { deployedSecrets } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { type Invocation, lambdaFunction } from "./shared/function.ts";
import { partsOfIncident, tellingParts } from "./shared/incident-parts.ts";
import { withinTime } from "./shared/step-time.ts";

const names = Object.keys(RESPOND_STEPS) as RespondStep[];

const QUESTION = { "ask-key-revocation": "key-revocation", "ask-restore": "restore" } as const;

/** As the states of the machine of emergency revocation call it. */
const eventShape = z.union([
  z.object({ step: z.literal("open"), request: openingShape, startedAt: z.iso.datetime() }),
  z.object({
    step: z.enum(["ask-key-revocation", "ask-restore"]),
    incident: z.string().min(1),
    taskToken: z.string().min(1),
  }),
  z.object({
    step: z.enum(names).exclude(["open", "ask-key-revocation", "ask-restore"]),
    incident: z.string().min(1),
  }),
]);
type Event = z.infer<typeof eventShape>;

/** Does one step of an emergency revocation, and says what comes next. Never a secret, a token or a name of a person. */
export const handler = lambdaFunction(eventShape, async (event, invocation): Promise<StepAnswer> => {
  const { logger } = invocation;
  logger.appendKeys({ step: event.step });
  const answer = await (event.step === "open" ? open(event, invocation) : respond(event, invocation));
  logger.info("A step of an emergency revocation is done.", { ...answer });
  return answer;
});

async function open(
  { request, startedAt }: Extract<Event, { step: "open" }>,
  { clock }: Invocation,
): Promise<StepAnswer> {
  const config = await deployedConfig();
  const tenant = configuredTenant(config.tenants, request.tenant);
  const incident = await openFor(request, Date.parse(startedAt), tellingParts(tenant, clock));
  return { incident: incident.id, tenant: incident.tenant, next: "on", wait: 0 };
}

async function respond(event: Exclude<Event, { step: "open" }>, invocation: Invocation): Promise<StepAnswer> {
  const { clock, logger } = invocation;
  logger.appendKeys({ incident: event.incident });
  const config = await deployedConfig();
  const questions = questionsOf(config);
  const { incident, tenant, parts, before } = await partsOfIncident(config, event.incident, clock);
  const way = await withinTime(RESPOND_STEPS[event.step], invocation, async (time): Promise<Way> => {
    const login = { clock, random: Math.random, table: parts.table, ...time };
    const responder = await openResponder(tenant, incident.clientId, deployedSecrets(), login);
    const all = { ...parts, ...time, tenant: responder, inventories: { before } };
    if (!("taskToken" in event)) return respondSteps(questions)[event.step](incident, all);
    const asked = { taskToken: event.taskToken, until: clock.now() + ASK_AGAIN_AFTER * 1_000 };
    await questions[QUESTION[event.step]].ask(incident, all, asked);
    return ON;
  });
  return { incident: incident.id, tenant: incident.tenant, ...way };
}

/** What the policy finds too much is not given back. */
const questionsOf = ({ policy, exceptions }: DeployedConfig): Questions =>
  questionsBy({ checks: CHECKS_OVER_GRANTS, policy: resolvePolicy(policy, CHECKS_OVER_GRANTS), exceptions });
