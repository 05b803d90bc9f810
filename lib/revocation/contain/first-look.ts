import { isComplete } from "../incident/incident.ts";
import { type PreservedPart, readPreserved, readPreservedGrants } from "../incident/preserve.ts";
import type { RevokedGrant } from "../ports.ts";
import { reasonOf } from "./came.ts";
import { readElsewhere } from "./elsewhere.ts";
import { keepEarlier, storeIds } from "./keep-grants.ts";
import { FOR_ITSELF, storeClient } from "./known-client.ts";
import type { StepRun } from "./step-run.ts";
import { tried } from "./tried.ts";

/**
 * Keeps what was there before anything was taken away, where whoever took it away could not: the table took nothing, or
 * nobody could read what a process before had kept beside the evidence. Until then nobody is offered to give it back.
 *
 * What is not taken away to the end is for the step that does so. Where people were told, and nothing is kept, it stays
 * with them.
 *
 * @returns what is missing
 */
export const keepFirstLook = async (run: StepRun): Promise<string[]> =>
  (await Promise.all([keepFirstClient(run), keepFirstGrants(run)])).flat();

async function keepFirstClient(run: StepRun): Promise<string[]> {
  const what = "what the application was at the first look";
  const { lock } = run.incident.steps;
  if (!isComplete(lock) || (await isKept(run, "client", "grant-types"))) return [];
  const earlier = await readElsewhere(run, "client");
  if ("error" in earlier) return [`${what}: ${reasonOf(earlier.error)}`];
  if (earlier.value) return (await storeClient(run, earlier.value)).isStored ? [] : [`${what}: ${NOT_STORED}`];
  if (lock?.outcome === "paged") return [];
  const seen = await tried(() => run.tenant.client());
  if ("error" in seen) return [`${what}: ${reasonOf(seen.error)}`];
  if (!seen.value) return [];
  // Nothing was taken away from it: it was locked before the incident, whatever somebody has put back since.
  const grantTypes = seen.value.grantTypes?.filter((type) => type !== FOR_ITSELF);
  return (await storeClient(run, { ...seen.value, grantTypes })).isStored ? [] : [`${what}: ${NOT_STORED}`];
}

async function keepFirstGrants(run: StepRun): Promise<string[]> {
  const what = "which grants were there at the first look";
  const { contain } = run.incident.steps;
  if (!isComplete(contain) || (await isKept(run, "grant-ids"))) return [];
  const earlier = await readElsewhere(run, "grants");
  if ("error" in earlier) return [`${what}: ${reasonOf(earlier.error)}`];
  if (earlier.value) {
    const { first, unstored } = await keepEarlier(run, earlier.value);
    return first.isStored && unstored.length === 0 ? [] : [`${what}: ${NOT_STORED}`];
  }
  if (contain?.outcome === "paged") return [];
  const { parts, incident, keeping } = run;
  const kept = await keeping.store(() => readPreservedGrants<RevokedGrant>(parts.table, incident));
  const ids = kept?.stored.map(({ id }) => id);
  return ids && (await storeIds(run, ids)).isStored ? [] : [`${what}: ${NOT_STORED}`];
}

const NOT_STORED = "not stored yet";

/** Where the table does not answer nobody knows. */
async function isKept({ keeping, parts, incident }: StepRun, ...all: PreservedPart[]): Promise<boolean> {
  const read = await Promise.all(all.map((part) => keeping.store(() => readPreserved(parts.table, incident, part))));
  return read.every((kept) => kept?.stored !== undefined);
}
