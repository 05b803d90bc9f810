import { hasCode } from "../../../lib/model/curfew-error.ts";
import { tellUntold } from "../../../lib/revocation/alerts/tell.ts";
import { lock } from "../../../lib/revocation/contain/lock.ts";
import { putBack } from "../../../lib/revocation/contain/put-back.ts";
import { nextStep } from "../../../lib/revocation/contain/respond-order.ts";
import { containRound } from "../../../lib/revocation/contain/round.ts";
import { type Incident, isComplete } from "../../../lib/revocation/incident/incident.ts";
import { readIncident, recordStep } from "../../../lib/revocation/incident/incidents.ts";
import type { IncidentParts } from "../../../lib/revocation/parts.ts";
import type { World } from "./world.ts";

/**
 * Asks for a token for each API that the application ever had a grant for: as the proof does, without a credential, and
 * in a drill not at all.
 */
async function prove(incident: Incident, { tenant, table, clock }: IncidentParts): Promise<Incident> {
  if (incident.drill) {
    const came = { at: clock.now(), outcome: "done", message: "Tokens would be asked for." } as const;
    return recordStep(table, incident.id, "prove", came);
  }
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

/** Runs a task of the state machine: tried again, and then the way goes on. Undefined when nothing came of it. */
async function runTask<T>(
  world: World,
  name: string,
  work: (parts: IncidentParts) => Promise<T>,
): Promise<T | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const ending = await world.run(name, work);
    if (ending.ended === "done") return ending.value;
    await world.clock.sleep(PAUSE);
  }
  return undefined;
}

/** Reads the incident; what contains goes on with what it was started with while the table cannot be read. */
const known = ({ opened }: World, { table }: IncidentParts): Promise<Incident> =>
  readIncident(table, opened.id).catch((error: unknown) => {
    if (hasCode(error, "store-failed")) return opened;
    throw error;
  });

/** The main line, until watching begins. */
export async function respond(world: World): Promise<void> {
  await runTask(world, "lock", async (parts) => lock(await known(world, parts), parts));
  await containAll(world);
  await runTask(world, "prove", async (parts) => prove(await readIncident(parts.table, world.opened.id), parts));
}

/** Rounds, until nothing is missing that trying again soon could help. */
export async function containAll(world: World): Promise<void> {
  for (;;) {
    const round = await runTask(world, "contain", async (parts) => containRound(await known(world, parts), parts));
    if (!round || round.again === null) return;
    await world.clock.sleep(round.again * 1_000);
  }
}

/** Between two turns of watching. Milliseconds. */
const TURN = 60_000;

/** One turn of watching: looks at what was put back, proves it again where that is wanted, and sends what was not told. */
export async function turn(world: World): Promise<void> {
  await world.clock.sleep(TURN);
  const read = (parts: IncidentParts): Promise<Incident> => readIncident(parts.table, world.opened.id);
  const begunAt = world.clock.now();
  const looked = await runTask(world, "put-back", async (parts) => putBack(await read(parts), parts));
  if (looked?.steps["put-back"]?.outcome === "done") world.looked(begunAt);
  const incident = world.incident();
  const isUnproven =
    nextStep(incident, world.clock.now(), "rotate").step === "prove" || !isComplete(incident.steps.prove);
  if (isUnproven) await runTask(world, "prove", async (parts) => prove(await read(parts), parts));
  await world.run("tell", async (parts) => tellUntold(await read(parts), parts));
}
