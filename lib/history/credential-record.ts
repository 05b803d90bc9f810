import type { DriftProbe, FirstSeen, Instant } from "./history.ts";
import type { DatedVersion } from "./vault.ts";

/** `CREDENTIAL#<clientId>` of a tenant: what is remembered of one client's credential. */
export interface CredentialRecord {
  clientId: string;
  seen: FirstSeen;
  /** When Curfew last set what it last promoted, where Curfew did, and which version of the secret that is; written by rotation. */
  rotatedAt?: Instant;
  rotatedTo?: string;
  /** When that was recorded as promoted: days later where it hung. Older rows have the same moment as `rotatedAt`. */
  promotedAt?: Instant;
  /** The version that the vault holds as current, and when it was made, as the latest run (`<startedAt>#<id>`) saw it. */
  vaultVersion?: DatedVersion & { run: string };
  /** The last rotation that the tenant's log tells of, whoever made it. */
  rotationInLog?: Instant;
  /** The last successful token exchange in the tenant's log. */
  lastExchange?: Instant;
  /** What Auth0 last said about the stored credential. */
  probe?: DriftProbe;
}

export const CREDENTIAL_PREFIX = "CREDENTIAL#";

/**
 * Joins what two readings know of one client. The join is commutative, associative and idempotent, so that replays and
 * runs side by side leave the same record: the earliest sight, the latest of everything else. The fields always come
 * in one order, so that equal records are equal as text.
 */
export function joinCredentials(a: CredentialRecord, b: CredentialRecord): CredentialRecord {
  return {
    clientId: a.clientId,
    seen: joinSeen(a.seen, b.seen),
    ...newest(rotationOf(a), rotationOf(b), (one) => [promotedAt(one) ?? 0, JSON.stringify(one)]),
    ...optional(
      "vaultVersion",
      newest(a.vaultVersion, b.vaultVersion, (one) => [one.run, one.at]),
    ),
    ...optional("rotationInLog", later(a.rotationInLog, b.rotationInLog)),
    ...optional("lastExchange", later(a.lastExchange, b.lastExchange)),
    ...optional(
      "probe",
      newest(a.probe, b.probe, (one) => [one.at, one.answer]),
    ),
  };
}

type Rotation = Pick<CredentialRecord, "rotatedAt" | "rotatedTo" | "promotedAt">;

/** When the last promotion was recorded. */
export const promotedAt = ({ promotedAt, rotatedAt }: Rotation): Instant | undefined => promotedAt ?? rotatedAt;

const rotationOf = (record: CredentialRecord): Rotation | undefined =>
  promotedAt(record) === undefined
    ? undefined
    : {
        ...optional("rotatedAt", record.rotatedAt),
        ...optional("rotatedTo", record.rotatedTo),
        ...optional("promotedAt", record.promotedAt),
      };

/** What one reading knows not to have been there is no news where another saw it before. */
function joinSeen(a: FirstSeen, b: FirstSeen): FirstSeen {
  const first = Math.min(a.first, b.first);
  const claims = [a.notBefore, b.notBefore].filter((claim): claim is Instant => claim !== undefined && claim < first);
  return claims.length === 0 ? { first } : { first, notBefore: Math.max(...claims) };
}

const later = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

type Rank = readonly [string | number, string | number];

function newest<T>(a: T | undefined, b: T | undefined, rank: (value: T) => Rank): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const [first, second] = rank(a);
  const [otherFirst, otherSecond] = rank(b);
  if (first !== otherFirst) return first > otherFirst ? a : b;
  return second >= otherSecond ? a : b;
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]?: Value });
}
