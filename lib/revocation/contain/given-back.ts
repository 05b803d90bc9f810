import { beforeMoment } from "../../rotation/bounded-parts.ts";
import { incidentPartition } from "../incident/incident.ts";
import type { NewGrant } from "../ports.ts";
import { type StepRun, type Tried, tried } from "./step-run.ts";

/**
 * What a second person approved to give back: taking that away again would undo a decision. The plan of restoring holds
 * it.
 */
export interface GivenBack {
  grantTypes: readonly string[];
  grants: readonly Pick<NewGrant, "audience" | "subjectType">[];
  /** Whether the network is open again. */
  networkAcl: boolean;
}

/** `INCIDENT#<id>`, `ASKED#restore`, as far as it is read here. */
export interface AskedRestore {
  plan: GivenBack;
  /** Null while nobody has decided. */
  decision: { decision: "approve" | "reject" } | null;
}

/** For reading one row. Milliseconds. */
const PATIENCE = 5_000;

/**
 * What was approved, to be asked only after it was seen what is there: so whatever was given back by then was approved
 * before this is read. Before there is a proof nothing is offered, and nothing is asked.
 *
 * @returns undefined while nothing was approved
 */
export async function readGivenBack({ incident, parts }: StepRun): Promise<Tried<GivenBack | undefined>> {
  if (incident.steps.prove === undefined) return { value: undefined };
  const key = { partition: incidentPartition(incident.id), sort: "ASKED#restore" };
  const { table, clock } = parts;
  const read = await tried(() => beforeMoment(clock, clock.now() + PATIENCE, () => table.get<AskedRestore>(key)));
  if ("error" in read) return read;
  const asked = read.value?.value;
  return { value: asked?.decision?.decision === "approve" ? asked.plan : undefined };
}
