import { isDeepStrictEqual } from "node:util";
import type { Instant } from "../../history/history.ts";
import { hasCode, isOfAuth0 } from "../../model/curfew-error.ts";
import { incidentPartition } from "../incident/incident.ts";
import { readPreserved } from "../incident/preserve.ts";
import type { IncidentParts } from "../parts.ts";
import type { ApiReading } from "./api-looks.ts";

/** `INCIDENT#<id>`, `READING#<moment>`. */
const PREFIX = "READING#";

/**
 * What the tenant's APIs were set to, as the incident saw it: at its first look, whenever something was different, and
 * once after issuing was stopped. Reads them now where that is missing; where Auth0 does not answer, or nobody
 * can ask, what is known is all there is, and the window says so.
 */
export async function readingsOf(
  incident: string,
  stoppedAt: Instant | null,
  { tenant, table, clock }: Pick<IncidentParts, "tenant" | "table" | "clock">,
): Promise<ApiReading[]> {
  const known = await knownReadings(incident, table);
  if (stoppedAt !== null && known.some(({ at }) => at >= stoppedAt)) return known;
  const at = clock.now();
  const apis = await apisNow(tenant);
  if (!apis) return known;
  const reading: ApiReading = { at, apis: apis.map(settingsOf) };
  const isNews = stoppedAt !== null || !isDeepStrictEqual(known.at(-1)?.apis, reading.apis);
  const sort = `${PREFIX}${new Date(at).toISOString()}`;
  if (isNews) await table.put<ApiReading>({ partition: incidentPartition(incident), sort }, reading);
  return [...known, reading];
}

/** What was read so far, in the order of time. */
export async function knownReadings(incident: string, table: IncidentParts["table"]): Promise<ApiReading[]> {
  const first = await readPreserved<ApiReading>(table, { id: incident }, "api-lifetimes");
  const readings = first ? [first] : [];
  for await (const { value } of table.list<ApiReading>(incidentPartition(incident), { prefix: PREFIX })) {
    readings.push(value);
  }
  return readings.sort((a, b) => a.at - b.at);
}

async function apisNow(tenant: IncidentParts["tenant"]): Promise<ApiReading["apis"] | undefined> {
  try {
    return await tenant.apis();
  } catch (error) {
    // Nobody may act against a responder without a spare: until when its tokens work is said all the same.
    if (isOfAuth0(error) || hasCode(error, "configuration-invalid")) return undefined;
    throw error;
  }
}

/** What a row has room for: a tenant may have thousands of APIs. Fields that were not reported stay away. */
export const settingsOf = ({
  identifier,
  token_lifetime: lifetime,
  token_lifetime_for_web: forWeb,
}: ApiReading["apis"][number]): ApiReading["apis"][number] => ({
  ...(identifier === undefined ? {} : { identifier }),
  ...(lifetime === undefined ? {} : { token_lifetime: lifetime }),
  ...(forWeb === undefined ? {} : { token_lifetime_for_web: forWeb }),
});
