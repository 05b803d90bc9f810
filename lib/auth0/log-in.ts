import type { Clock } from "../model/clock.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import { credentialOf, type Login, type OtherLogin } from "./login.ts";
import type { AccessToken } from "./token.ts";

/**
 * Pauses between the rounds through what may be accepted, in milliseconds. While a changed secret spreads, for up to
 * 30 s, the tenant may accept either at one request and refuse it at the next; after that it does not change its mind.
 * Source: Auth0 documentation, "Rotate Client Secrets".
 */
const PAUSES = [5_000, 27_000] as const;

/**
 * Gets a token with a login, or with what has taken its place: the credentials of Curfew's own applications are rotated
 * too, also while it works. In the good case that is one request.
 *
 * @param ask asks for a token with one login, retries included
 * @throws CurfewError `credentials-refused` when none is accepted, and whatever `ask` fails with otherwise. When one
 * could not be read, that is the cause.
 */
export async function logIn(
  login: Login,
  ask: (login: Login) => Promise<AccessToken>,
  clock: Clock,
  signal: AbortSignal,
): Promise<AccessToken> {
  const first = await unlessRefused(ask, login);
  if ("token" in first) return first.token;
  const { others = [] } = login;
  let tried = new Set([credentialOf(login).reveal()]);
  for (const pause of [...PAUSES, undefined]) {
    const round = await tryEach(others, tried, ask);
    if ("token" in round) return round.token;
    // A single credential that is refused is refused; only between several can a tenant waver.
    if (tried.size < 2 || pause === undefined) throw refusedBecause(first.refused, round.unreadable);
    await clock.sleep(pause, signal);
    tried = new Set();
  }
  throw first.refused;
}

type Tried = { token: AccessToken } | { refused: CurfewError };

async function unlessRefused(ask: (login: Login) => Promise<AccessToken>, login: Login): Promise<Tried> {
  try {
    return { token: await ask(login) };
  } catch (error) {
    if (hasCode(error, "credentials-refused")) return { refused: error };
    throw error;
  }
}

/** One round: each credential once. @param tried what was tried in this round already; grows */
async function tryEach(
  others: readonly OtherLogin[],
  tried: Set<string>,
  ask: (login: Login) => Promise<AccessToken>,
): Promise<{ token: AccessToken } | { unreadable: CurfewError | undefined }> {
  let unreadable: CurfewError | undefined;
  for (const read of others) {
    const other = await read().catch((error: unknown) => {
      if (!(error instanceof CurfewError)) throw error;
      unreadable = error;
    });
    if (!other || tried.has(credentialOf(other).reveal())) continue;
    tried.add(credentialOf(other).reveal());
    const outcome = await unlessRefused(ask, other);
    if ("token" in outcome) return outcome;
  }
  return { unreadable };
}

const refusedBecause = (refused: CurfewError, cause: CurfewError | undefined): CurfewError =>
  cause === undefined
    ? refused
    : new CurfewError(refused.code, refused.message, { detail: refused.detail ?? refused.code, cause });
