import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { Secret } from "../../../lib/model/secret.ts";
import { CURRENT, PENDING, PREVIOUS, type RotationVault, type VersionId } from "../../../lib/rotation/ports.ts";
import { ROTATION_FUNCTION } from "../../../lib/rotation/vault/function-arn.ts";

/** One version; the one that a rotation announced has no value yet. */
export interface WorldVersion {
  value: string | undefined;
  labels: Set<string>;
}

/** One secret of Secrets Manager. */
export interface WorldSecret {
  readonly arn: string;
  name: string;
  /** Whether it was made: nobody has put an unmanaged application's credential anywhere. */
  exists: boolean;
  rotationEnabled: boolean;
  readonly versions: Map<VersionId, WorldVersion>;
}

/** Secrets Manager as it documents itself: each operation is done at once or refused. */
export interface WorldVault {
  readonly secret: WorldSecret;
  /** The version that bears a label. */
  labelled(label: string): VersionId | undefined;
  /** The labels of every version whose value is one of those. */
  labelsOf(isMeant: (value: string) => boolean): readonly string[];
  read(label: string): string | undefined;
  describe: Sync<RotationVault["describe"]>;
  readVersion: Sync<RotationVault["read"]>;
  storePending: Sync<RotationVault["storePending"]>;
  promote: Sync<RotationVault["promote"]>;
  dropPending: Sync<RotationVault["dropPending"]>;
  dropPrevious: Sync<RotationVault["dropPrevious"]>;
  /** CreateSecret: its ARN. */
  create(name: string, id: VersionId, value: string): string;
  /** RotateSecret: false where an earlier rotation is in progress. */
  announce(token: VersionId): boolean;
  /** The end of a rotation, by the service itself: AWSPENDING goes, where the rotation became current. */
  complete(token: VersionId): boolean;
  cancel(): void;
  /** A person stores a value: without labels given, AWSCURRENT moves at once. */
  putByHand(id: VersionId, value: string): void;
  /** A person takes AWSPENDING away, as AWS advises after a cancelled rotation. */
  takePendingAway(): void;
  /** A person labels the oldest version that holds a value AWSPENDING. */
  labelOldest(): void;
  /** Versions without labels. The service removes old ones where there are many, none in its first 24 hours. */
  deprecated(): readonly VersionId[];
  /** Removes those of the versions that are still deprecated. */
  removeDeprecated(versions: readonly VersionId[]): void;
}

type Sync<F extends (...given: never[]) => Promise<unknown>> = (...given: Parameters<F>) => Awaited<ReturnType<F>>;

const ROTATION_ARN = `arn:aws:lambda:eu-central-1:111122223333:function:${ROTATION_FUNCTION}`;

/** @param value what is stored as AWSCURRENT to begin with, as version `initial`; undefined for a secret that nobody made yet */
export function worldVault(arn: string, initial: VersionId, value: string | undefined): WorldVault {
  const first: WorldVersion = { value, labels: new Set([CURRENT]) };
  const versions = new Map(value === undefined ? [] : [[initial, first]]);
  const exists = value !== undefined;
  const secret: WorldSecret = { arn, name: "apps/checkout/auth0", exists, rotationEnabled: exists, versions };

  const labelled = (label: string): VersionId | undefined => {
    for (const [id, { labels }] of versions) if (labels.has(label)) return id;
    return undefined;
  };
  const move = (label: string, to: VersionId): void => {
    const from = labelled(label);
    if (from === to) return;
    if (from !== undefined) versions.get(from)?.labels.delete(label);
    versions.get(to)?.labels.add(label);
    if (label === CURRENT && from !== undefined) move(PREVIOUS, from);
  };
  const deprecated = (): VersionId[] => [...versions].flatMap(([id, { labels }]) => (labels.size === 0 ? [id] : []));
  const known = (id: string): void => {
    if (!secret.exists || (id !== arn && id !== secret.name))
      throw new CurfewError("not-found", "There is no such secret.");
  };
  const version = (id: VersionId): WorldVersion => {
    const found = versions.get(id);
    if (!found) throw refused("ResourceNotFoundException");
    return found;
  };

  return {
    secret,
    labelled,
    labelsOf: (isMeant) =>
      [...versions.values()].flatMap(({ value, labels }) => (value !== undefined && isMeant(value) ? [...labels] : [])),
    read: (label) => {
      const id = labelled(label);
      return id === undefined ? undefined : versions.get(id)?.value;
    },
    describe(id) {
      known(id);
      const labels = [...versions].filter(([, held]) => held.labels.size > 0);
      return {
        arn,
        name: secret.name,
        rotationEnabled: secret.rotationEnabled,
        rotationFunction: ROTATION_ARN,
        versions: new Map(labels.map(([id, held]) => [id, [...held.labels]])),
      };
    },
    readVersion(id, versionId) {
      known(id);
      const held = versions.get(versionId)?.value;
      return held === undefined ? undefined : new Secret(held);
    },
    storePending(id, versionId, stored) {
      known(id);
      const held = versions.get(versionId);
      if (held?.value !== undefined) {
        if (held.value === stored.reveal()) return;
        throw new CurfewError("version-taken", "That version holds another value already.");
      }
      if (held) held.value = stored.reveal();
      else versions.set(versionId, { value: stored.reveal(), labels: new Set() });
      move(PENDING, versionId);
    },
    promote(id, to, from) {
      known(id);
      version(to);
      if (!version(from).labels.has(CURRENT)) throw refused("InvalidParameterException");
      move(CURRENT, to);
    },
    dropPending(id, versionId) {
      known(id);
      versions.get(versionId)?.labels.delete(PENDING);
    },
    dropPrevious(id, versionId) {
      known(id);
      versions.get(versionId)?.labels.delete(PREVIOUS);
    },
    create(name, id, stored) {
      if (secret.exists && versions.get(id)?.value !== stored) throw refused("ResourceExistsException");
      secret.exists = true;
      secret.name = name;
      versions.set(id, { value: stored, labels: new Set([CURRENT]) });
      return arn;
    },
    announce(token) {
      const pending = labelled(PENDING);
      if (pending === token) return true;
      if (pending !== undefined && pending !== labelled(CURRENT)) return false;
      if (versions.has(token)) throw refused("ResourceExistsException");
      secret.rotationEnabled = true;
      versions.set(token, { value: undefined, labels: new Set() });
      move(PENDING, token);
      return true;
    },
    complete(token) {
      if (labelled(CURRENT) !== token) return false;
      versions.get(token)?.labels.delete(PENDING);
      return true;
    },
    cancel: () => {
      secret.rotationEnabled = false;
    },
    putByHand(id, stored) {
      versions.set(id, { value: stored, labels: new Set() });
      move(CURRENT, id);
    },
    takePendingAway() {
      const pending = labelled(PENDING);
      if (pending !== undefined) versions.get(pending)?.labels.delete(PENDING);
    },
    labelOldest() {
      const [oldest] = [...versions].filter(([, { value }]) => value !== undefined);
      if (oldest) move(PENDING, oldest[0]);
    },
    deprecated,
    removeDeprecated(unwanted) {
      const gone = deprecated().filter((id) => unwanted.includes(id));
      for (const id of gone) versions.delete(id);
    },
  };
}

const refused = (exception: string): CurfewError =>
  new CurfewError("vault-failed", "Secrets Manager refused.", { detail: exception });
