import { CurfewError, type ErrorCode } from "../../model/curfew-error.ts";
import { type Ask, calibratedAsk, type Said } from "../asking/asking.ts";
import { assertMayWrite } from "../judgements/assert-may-write.ts";
import { judgeClient } from "../judgements/judge-client.ts";
import { assertOwner } from "../judgements/judge-owner.ts";
import { currentRefused, doesNotSay, wasAccepted } from "../judgements/overwriting.ts";
import { KINDS } from "../kinds/kinds.ts";
import { takenUntil } from "../lease.ts";
import { readRotation, readTarget } from "../ledger/ledger.ts";
import type { RotationRecord } from "../ledger/rotation-record.ts";
import type { RotationTarget } from "../ledger/target.ts";
import { isToBeTold, toldVersion } from "../ledger/under-way.ts";
import { minuteText } from "../minute-text.ts";
import type { RotationParts, RotationSettings } from "../parts.ts";
import { CURRENT, PENDING, PREVIOUS, type RotationTenant, type VaultSecret, type VersionId } from "../ports.ts";
import { type Refusal, refusalOf, refusedError } from "../refusal.ts";
import { assertOurs } from "../vault/assert-ours.ts";
import { judgeFields } from "../vault/judge-fields.ts";
import { earlyVersion, hangingVersions, pendingVersion } from "../vault/pending-version.ts";
import { versionWith } from "../vault/standing.ts";
import { formerCredential, type StoredCredential, storedCredential } from "../vault/stored-credentials.ts";
import type { Work } from "../work.ts";
import { readOnly } from "./read-only.ts";
import { whyNothingComes } from "./why-nothing-comes.ts";

/** Something that would keep a rotation from happening. */
export interface Obstacle {
  code: ErrorCode;
  /** Null where it could not be looked at: what is not known is no permission. */
  refusal: Refusal | null;
  /** One sentence: what is wrong, and what to do. */
  message: string;
}

/** What a rotation by hand would meet. */
export interface DryRun {
  obstacles: readonly Obstacle[];
  /**
   * Whether Auth0 accepts what would be replaced, where its answers mean anything: what is stored as current, or
   * `pending.former`. Null where that is not known.
   */
  stored: Said | null;
  /** A version whose rotation is not finished: a rotation goes on with it or brings it to its end, and begins no other. */
  pending: Pending | undefined;
  /** What is remembered; undefined when nothing is, or when it could not be read. */
  record: RotationRecord | undefined;
}

/** A version that hangs. */
export interface Pending {
  version: VersionId;
  /** Where it is current already: the version under AWSPREVIOUS, whose place it takes. */
  former?: VersionId;
  /** Whether Auth0 accepts its value; null where that was not asked, `empty` where it has none yet. */
  value: Said | "empty" | null;
  /** Nothing is rotated to it: it is dropped, or loses its label. */
  comesToNothing: boolean;
}

type Hanging = Omit<Pending, "comesToNothing">;

/** A credential as configured, and what looks at it. */
export interface DryRunRequest {
  settings: RotationSettings;
  /** The secret's name in Secrets Manager. */
  secret: string;
  /** A person says that a secret set by hand may be overwritten. */
  overwrite: boolean;
}

/**
 * Looks at everything that a rotation asked for by a person looks at before it changes anything, with its own eyes, and
 * says all that is in its way, not only the first. Nothing can be written: the parts it works with refuse that.
 *
 * @throws CurfewError `interrupted`; whatever else fails is an obstacle
 */
export async function dryRun(request: DryRunRequest, parts: RotationParts): Promise<DryRun> {
  const obstacles: Obstacle[] = [];
  /** Looks at one thing; what is wrong with it is noted where it is in the way, and the next one is looked at. */
  const look = async <T>(at: () => Promise<T>, isInTheWay = true): Promise<T | undefined> => {
    try {
      return await at();
    } catch (error) {
      if (!(error instanceof CurfewError) || error.code === "interrupted") throw error;
      const obstacle = { code: error.code, refusal: refusalOf(error), message: error.message };
      if (isInTheWay && !obstacles.some(({ message }) => message === obstacle.message)) obstacles.push(obstacle);
      return undefined;
    }
  };
  const secret = await look(() => parts.vault.describe(request.secret));
  if (!secret) return { obstacles, stored: null, pending: undefined, record: undefined };
  const record = await look(() => recordOf(secret, request, parts));
  const isTold = toldVersion(record, secret.arn) !== undefined;
  if (!isTold && earlyVersion(record, secret) === undefined) await look(async () => assertOurs(secret));
  await look(() => assertFree(secret, record, request, parts));
  const work = dryWork(secret, request, readOnly(parts));
  const [hanging] = hangingVersions(record, secret);
  const current = () => formerCredential({ ...work, version: hanging ?? work.version });
  const isCurrent = versionWith(secret, CURRENT) === hanging;
  const isLabelled = isCurrent || versionWith(secret, PENDING) === hanging;
  const mayOverwrite = request.overwrite && wasAccepted(record);
  const isSentOnce = isTold && request.settings.kind === "client-secret";
  const value = hanging === undefined ? undefined : await look(() => storedCredential(work, hanging));
  if (!isTold) await look(() => KINDS[work.settings.kind].assertMayBegin(work, { current, record }));
  else if (isLabelled) await look(() => assertClient(work));
  const ask = await look(async () => calibratedAsk(work, ((isTold && value) || (await current())).credential));
  const found = hanging === undefined ? undefined : await look(() => askPending(secret, hanging, value, ask));
  const goesOn = isTold && found?.value === "accepted"; // then nothing hangs on what is stored as current
  if (!goesOn) await look(() => assertMayWrite(work));
  const stored = ask && (await look(async () => ask((await current()).credential), !goesOn));
  const isLeft = isSentOnce && !isCurrent && !mayOverwrite && versionWith(secret, PREVIOUS) === hanging;
  const seen = { record, isLabelled, isCurrent, isLeft, stored };
  const isAsked = stored === "accepted" || mayOverwrite; // else a rotation stops at that, and drops nothing
  const changed =
    isAsked && found && value && !isTold && mayBeDropped(found, secret, record)
      ? await look(async () => judgeFields({ ...work, version: found.version }, await current(), value))
      : undefined;
  const ending = changed ? refusedError(changed) : ask && found && whyNothingComes(found, seen);
  if (ending) await look(() => Promise.reject(ending));
  const isRefused = isSentOnce && isCurrent && found?.value === "refused"; // then the former one does not count
  const inUse = isRefused ? "refused" : stored;
  if (inUse && !mayOverwrite) await look(async () => assertInUse(work, inUse, found, record));
  const pending = found && { ...found, comesToNothing: ending !== undefined };
  return { obstacles, stored: stored ?? null, pending, record };
}

/** Of what Auth0 was told already only this is judged anew, where it may have to be told again. */
async function assertClient({ tenant, settings }: Work): Promise<void> {
  const refused = judgeClient(await (await tenant()).client(), settings);
  if (refused) throw refusedError(refused);
}

/** What Auth0 refuses, and a rotation is under way to: not what is current already, nor an older one. */
const mayBeDropped = ({ version, value }: Hanging, secret: VaultSecret, record: RotationRecord | undefined): boolean =>
  value === "refused" && pendingVersion(secret) === version && isToBeTold(record, version);

async function recordOf(
  { arn, name }: VaultSecret,
  { settings, secret }: DryRunRequest,
  { table }: Pick<RotationParts, "table">,
): Promise<RotationRecord | undefined> {
  const target = await readTarget(table, arn);
  if (!target) throw refusedError({ refusal: "no-target", message: `Nothing on record says whose secret ${name} is.` });
  assertOwner(target, { ...settings, secret });
  return readRotation(table, target);
}

/** Whoever has the credential keeps a rotation waiting, unless it is the one that this would finish. */
async function assertFree(
  secret: VaultSecret,
  record: RotationRecord | undefined,
  { settings: { tenant, clientId } }: DryRunRequest,
  { table, clock }: Pick<RotationParts, "table" | "clock">,
): Promise<void> {
  const [owner = "nobody"] = hangingVersions(record, secret);
  const until = await takenUntil(table, { tenant, clientId, owner }, clock.now());
  if (until === undefined) return;
  const message = `Somebody else has the credential of ${clientId}, until ${minuteText(until)} at the latest; rotate it after that.`;
  throw new CurfewError("rotation-busy", message, { retryable: true });
}

/** The work of a rotation, without its lease: whatever would be written under it is refused. */
function dryWork({ arn }: VaultSecret, { settings }: DryRunRequest, parts: RotationParts): Work {
  const { tenant, clientId, kind } = settings;
  const target: RotationTarget = { arn, tenant, clientId, kind, writtenBy: "deploy", at: 0 };
  let opened: Promise<RotationTenant> | undefined;
  return {
    target,
    settings,
    version: "none",
    parts,
    until: Number.POSITIVE_INFINITY,
    lease: { write: () => Promise.reject(new TypeError("a dry run writes nothing")), release: async () => undefined },
    tenant: () => {
      opened ??= parts.tenant(target);
      return opened;
    },
  };
}

/** The version that hangs, whose place it takes, and whether Auth0 accepts it already. */
async function askPending(
  secret: VaultSecret,
  version: VersionId,
  stored: StoredCredential | undefined,
  ask: Ask | undefined,
): Promise<Hanging> {
  const former = versionWith(secret, CURRENT) === version ? versionWith(secret, PREVIOUS) : undefined;
  const whose = { version, ...(former === undefined ? {} : { former }) };
  if (!stored) return { ...whose, value: "empty" };
  return { ...whose, value: ask ? await ask(stored.credential) : null };
}

/** Asked once: a refusal right after somebody changed the secret may only mean that the change spreads. */
function assertInUse(
  { settings }: Work,
  stored: Said,
  pending: Hanging | undefined,
  record: RotationRecord | undefined,
): void {
  if (stored === "accepted" || pending?.value === "accepted") return;
  throw stored === "refused" ? refusedError(currentRefused(settings, record)) : doesNotSay(settings);
}
