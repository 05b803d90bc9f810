import * as z from "zod";
import type { Instant } from "../../history/history.ts";
import { withoutSecrets } from "../../model/looks-like-secret.ts";
import { type TellingParts, tellIncident } from "../alerts/tell.ts";
import { writtenId } from "../desk/written-id.ts";
import type { Incident } from "../incident/incident.ts";
import { readIncident } from "../incident/incidents.ts";
import { openIncident } from "../incident/open-incident.ts";
import type { IncidentParts } from "../parts.ts";
import { renewTurns } from "../watch/watch.ts";

/** No secret goes on from here; nobody can be asked to write it anew, and containing does not wait for that. */
const written = z.string().min(1).transform(withoutSecrets);

/**
 * What an execution is started with: the incident that the desk has opened, or what a person writes into the AWS
 * console. A word too many may be meant as something that matters.
 */
export const openingShape = z.union([
  z.strictObject({ incident: z.string().min(1), tenant: z.string().min(1) }),
  z.strictObject({
    tenant: z.string().min(1),
    clientId: writtenId.min(1),
    reason: written,
    name: z.string().optional(),
    leakedSince: z.iso.datetime({ offset: true }).optional(),
    leakedKey: written.optional(),
    drill: z.boolean().optional(),
  }),
]);
export type Opening = z.infer<typeof openingShape>;

/**
 * Who opened an incident that was started in the AWS console: nobody knows. It is no ARN, so that it is nobody's who
 * approves.
 */
const UNKNOWN_PERSON = "somebody with access to the state machine";

/** Opens the incident that an execution is about, or finds it, and tells people. */
export async function openFor(opening: Opening, startedAt: Instant, parts: TellingParts): Promise<Incident> {
  const { table } = parts;
  const incident =
    "incident" in opening ? await readIncident(table, opening.incident) : await byHand(table, opening, startedAt);
  await renewTurns(incident, parts);
  await tellIncident(incident, { turn: "opened" }, parts);
  return incident;
}

const byHand = (
  table: IncidentParts["table"],
  { tenant, clientId, reason, name, leakedSince, leakedKey, drill = false }: Exclude<Opening, { incident: string }>,
  openedAt: Instant,
): Promise<Incident> =>
  openIncident(table, {
    tenant,
    clientId,
    reason,
    drill,
    openedAt,
    openedBy: UNKNOWN_PERSON,
    leakedSince: leakedSince === undefined ? null : Date.parse(leakedSince),
    token: null,
    ...(leakedKey !== undefined && { leakedKey }),
    ...(name !== undefined && { name }),
  });
