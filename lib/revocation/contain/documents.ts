import type { Incident } from "../incident/incident.ts";

/**
 * What containing keeps beside the evidence while the table takes nothing, below `incidents/<id>/`. The responder's role
 * may read and write these and nothing else of an incident; `*` is a moment.
 */
export const CONTAINING_DOCUMENTS = ["client.json", "grants.json", "put-back-*.json"] as const;

type Named<Pattern> = Pattern extends `${infer Start}*${infer End}` ? `${Start}${number}${End}` : Pattern;

/** The name of one of {@link CONTAINING_DOCUMENTS} in the evidence store. */
export const documentName = (
  { id }: Pick<Incident, "id">,
  document: Named<(typeof CONTAINING_DOCUMENTS)[number]>,
): string => `incidents/${id}/${document}`;
