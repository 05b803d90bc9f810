import { hasCode } from "../../../lib/model/curfew-error.ts";
import { tellUntold } from "../../../lib/revocation/alerts/tell.ts";
import { contain } from "../../../lib/revocation/contain/contain.ts";
import { detachKey } from "../../../lib/revocation/contain/detach-key.ts";
import { lock } from "../../../lib/revocation/contain/lock.ts";
import { look } from "../../../lib/revocation/contain/look.ts";
import { setNetworkAcl } from "../../../lib/revocation/contain/network-acl.ts";
import { putBack } from "../../../lib/revocation/contain/put-back.ts";
import { nextStep, type RespondStep, stepsOfTurn } from "../../../lib/revocation/contain/respond-order.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { readIncident, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import type { IncidentParts } from "../../../lib/revocation/parts.ts";
import type { World } from "./world.ts";

type Step = (incident: Incident, parts: IncidentParts) => Promise<Incident>;

/** The steps as the state machine knows them. What is proven elsewhere has a stand-in: see {@link prove}. */
const STEPS: Partial<Record<RespondStep | "put-back", Step>> = {
  lock,
  "detach-key": detachKey,
  contain,
  "network-acl": setNetworkAcl,
  look,
  prove,
  "put-back": putBack,
};

/** Asks for a token for each API that the application ever had a grant for: as the proof does, without a credential. */
async function prove(incident: Incident, { tenant, table, clock }: IncidentParts): Promise<Incident> {
  const login = { method: "client-secret", clientId: incident.clientId, secret: undefined as never } as const;
  const answers = await Promise.all(["https://orders", "https://stock"].map((api) => tenant.tokenFor(login, api)));
  const isStopped = answers.every(({ answer }) => answer === "denied");
  const at = clock.now();
  return recordStep(
    table,
    incident.id,
    "prove",
    isStopped
      ? { at, outcome: "done", message: "It gets no token." }
      : { at, outcome: "incomplete", message: "It gets tokens.", missing: ["tokens are given out"], code: null },
  );
}

/** How the state machine tries a task again. */
const ATTEMPTS = 2;
const PAUSE = 5_000;

/**
 * Runs a step as a task of the state machine: tried again, and then the way goes on whatever came of it.
 *
 * @returns whether it came to its end
 */
export async function runTask(world: World, name: RespondStep | "put-back"): Promise<boolean> {
  const step = STEPS[name];
  if (!step) return true;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { ended } = await world.run(name, async (parts) => step(await incidentFor(world, name, parts), parts));
    if (ended === "done") return true;
    await world.clock.sleep(PAUSE);
  }
  return false;
}

/** What contains goes on with what the incident was started with while the table cannot be read. */
async function incidentFor(
  { opened }: World,
  name: RespondStep | "put-back",
  { table }: IncidentParts,
): Promise<Incident> {
  const read = readIncident(table, opened.id);
  if (name !== "lock" && name !== "detach-key" && name !== "contain") return read;
  return read.catch((error: unknown) => {
    if (hasCode(error, "store-failed")) return opened;
    throw error;
  });
}

/** The main line, until watching begins. */
export async function respond(world: World, beside: (step: RespondStep) => void = () => undefined): Promise<void> {
  for (let after: RespondStep | null = null; ; ) {
    const { step, wait } = nextStep(world.incident(), world.clock.now(), after);
    if (step === "watch") return;
    await world.clock.sleep(wait * 1000);
    beside(step);
    await runTask(world, step);
    after = step;
  }
}

/** Between two turns of watching. Milliseconds. */
const TURN = 60_000;

/** One turn of watching: looks at what was put back, proves it again, and sends what could not be told. */
export async function turn(world: World): Promise<void> {
  await world.clock.sleep(TURN);
  const isSeen = await runTask(world, "put-back");
  if (isSeen && world.incident().steps["put-back"]?.outcome === "done") world.looked();
  for (const step of stepsOfTurn(world.incident(), world.clock.now())) await runTask(world, step as RespondStep);
  await world.run("tell", async (parts) => tellUntold(await readIncident(parts.table, world.opened.id), parts));
}
