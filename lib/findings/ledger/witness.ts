import type { Finding } from "../../model/finding.ts";
import type { Resource } from "../../model/resource.ts";
import { type Listed, type RunKey, type RunRecord, runKey } from "./run-record.ts";

/** What a run's silence about a finding means, in a form that is quick to ask. */
export interface Witness {
  key: RunKey;
  evaluated: ReadonlySet<string>;
  notEvaluated: ReadonlySet<string>;
  listed: Listed;
  inventory: RunRecord["inventory"];
}

/** A finding as far as a witness must know it. */
export type Known = Pick<Finding, "id" | "check" | "resource">;

/** A run as a witness. It is made of its record alone, so that a run says the same today and whenever it is asked. */
export const witnessOf = (record: RunRecord): Witness => ({
  key: runKey(record.run),
  evaluated: new Set(record.evaluated),
  notEvaluated: new Set(record.notEvaluated.map(({ id }) => id)),
  listed: new Map(Object.entries(record.listed).map(([type, ids]) => [type as Resource["type"], new Set(ids)])),
  inventory: record.inventory,
});

/**
 * Whether a run that does not name a finding says by that that it is absent: its check was evaluated, or its resource
 * is gone. Otherwise the run says nothing, and the finding stays as it was.
 */
export function isSilenceTelling(witness: Witness, { check, resource }: Known): boolean {
  if (isGone(resource, witness.listed)) return true;
  return witness.evaluated.has(check) && isJudgeable(resource, witness);
}

/**
 * A complete listing leaves it out. The keys of an application are listed only while its settings refer to one, so a
 * key counts as gone only with its application.
 */
function isGone({ type, id, client }: Resource, listed: Listed): boolean {
  if (type !== "client-credential") return listed.get(type)?.has(id) === false;
  return client !== undefined && listed.get("client")?.has(client) === false;
}

/**
 * Checks over how the audit itself went are always evaluated, and still cannot know everything: of a section that
 * could not be read nobody knows whether it would have been short, and of an exception whose check was not evaluated
 * nobody knows whether it accepts something.
 */
function isJudgeable({ type, id }: Resource, { inventory, notEvaluated }: Witness): boolean {
  if (type === "section") return Object.hasOwn(inventory, id) ? statusOf(inventory, id) === "complete" : true;
  if (type === "exception") return !notEvaluated.has(id.slice(0, id.indexOf("/"))); // `<check>/<tenant>/<resource>`
  return true;
}

const statusOf = (inventory: RunRecord["inventory"], section: string): string | undefined =>
  inventory[section as keyof typeof inventory]?.status;
