import { hash } from "node:crypto";
import type { Instant } from "../../history/history.ts";
import type { RotationTarget } from "../../rotation/ledger/target.ts";
import type { RotationParts } from "../../rotation/parts.ts";
import type { VersionId } from "../../rotation/ports.ts";
import { type Incident, incidentPartition } from "../incident/incident.ts";
import type { RotateParts } from "./parts.ts";

/** `INCIDENT#<id>`, `ROTATION`: which version of the secret the incident makes. */
interface RotationTry {
  /** From 1 on. Another one where Auth0 does not accept what the former one left there any more. */
  attempt: number;
  /** Whether the version was stored as the first one of a new secret: then there is none that it follows. */
  isFirst: boolean;
  /** Keys: the ids of those that were attached before the first try. */
  attached: readonly string[];
  /** Keys: those that are known to have leaked, where any is; else all may have. */
  suspects?: readonly string[];
}

const tryKey = ({ id }: Incident) => ({ partition: incidentPartition(id), sort: "ROTATION" });

/** Which try it is; undefined before the first one. */
export const readTry = async (
  { table }: Pick<RotateParts, "table">,
  incident: Incident,
): Promise<RotationTry | undefined> => (await table.get<RotationTry>(tryKey(incident)))?.value;

/** To be written before anything of the try is done. */
export const writeTry = async ({ table }: RotateParts, incident: Incident, value: RotationTry): Promise<void> => {
  await table.put<RotationTry>(tryKey(incident), value);
};

/** The version that a try makes: the same after a crash, so whoever goes on finds what was begun. */
export const versionOfTry = ({ id, tenant, clientId }: Incident, attempt: number): VersionId =>
  hash("sha256", JSON.stringify([id, tenant, clientId, attempt]));

/** The version that an incident made last; undefined where it made none. */
export async function versionMade(
  parts: Pick<RotateParts, "table">,
  incident: Incident,
): Promise<VersionId | undefined> {
  const known = await readTry(parts, incident);
  return known && versionOfTry(incident, known.attempt);
}

/**
 * How an incident rotates: what is configured for quiet days does not hold it up. Neither that rotation is off, held or
 * cancelled; nor the overlap of keys, because one of the two is what leaked; nor that a secret signs ID tokens (HS256),
 * because whoever has it can sign them, too.
 */
export function rotationOfIncident({ tenant, clientId }: Incident, { rotation, settings }: RotateParts): RotationParts {
  const { vault } = rotation;
  return {
    ...rotation,
    settings: (target) =>
      target.tenant === tenant && target.clientId === clientId
        ? {
            ...{ tenant, clientId, domain: settings.domain, kind: target.kind },
            ...{ rotate: "auto", overlap: 0, allowHs256: true },
          }
        : undefined,
    vault: { ...vault, describe: async (secret) => ({ ...(await vault.describe(secret)), rotationEnabled: true }) },
  };
}

/** Whose the secret is, as an incident says it. */
export const targetOfIncident = (
  { tenant, clientId }: Incident,
  arn: string,
  kind: RotationTarget["kind"],
  now: Instant,
): RotationTarget => ({ arn, tenant, clientId, kind, writtenBy: "incident", at: Math.round(now) });
