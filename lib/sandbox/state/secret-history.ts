/**
 * How a changed client secret spreads. Auth0 docs: for up to 30 seconds either secret may be accepted.
 * - `new-at-once`: only the new secret, from the first moment.
 * - `old-until-end`: only the old secret until the window ends.
 * - `both`: either one until the window ends.
 * - `flapping`: each request meets one of them by chance until the window ends.
 */
type PropagationMode = "new-at-once" | "old-until-end" | "both" | "flapping";

/** How, and for how long, a tenant's changed secrets spread. */
export interface Propagation {
  mode: PropagationMode;
  /** Length of the window on the sandbox's clock. */
  seconds: number;
}

/** A secret and the moment from which it was the client's, in milliseconds since the Unix epoch. */
interface SecretVersion {
  secret: string;
  since: number;
}

/** Earlier secrets of the clients of a tenant, oldest first; the present one is in the client itself. */
export type SecretHistory = Map<string, { replaced: SecretVersion[]; since: number }>;

/** Notes that `clientId` had the secret `previous` until `now`. */
export function rememberSecret(history: SecretHistory, clientId: string, previous: string, now: number): void {
  const entry = history.get(clientId) ?? { replaced: [], since: Number.NEGATIVE_INFINITY };
  entry.replaced.push({ secret: previous, since: entry.since });
  entry.since = now;
  history.set(clientId, entry);
}

/**
 * The secrets that a request at `now` would find accepted.
 *
 * @param random decides between the secrets when they flap
 */
export function acceptedSecrets(
  history: SecretHistory,
  clientId: string,
  current: string,
  propagation: Propagation,
  now: number,
  random: () => number,
): string[] {
  const entry = history.get(clientId);
  if (!entry || propagation.mode === "new-at-once") return [current];
  const window = propagation.seconds * 1000;
  const versions = [...entry.replaced, { secret: current, since: entry.since }];
  const live = versions.filter((_, index) => {
    const replacedAt = versions[index + 1]?.since;
    return replacedAt === undefined || now < replacedAt + window;
  });
  entry.replaced = live.slice(0, -1);
  const secrets = live.map((version) => version.secret);
  if (propagation.mode === "both") return secrets;
  if (propagation.mode === "old-until-end") return secrets.slice(0, 1);
  return [secrets[Math.floor(random() * secrets.length)] ?? current];
}
