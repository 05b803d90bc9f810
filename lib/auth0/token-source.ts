import type { Clock } from "../model/clock.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";
import type { AccessToken } from "./token.ts";

/** Hands out one token to many requests, and gets a new one when it has run out. */
export interface TokenSource {
  get(): Promise<AccessToken>;
  /** Gets a new token in place of one that Auth0 refused; many requests that saw it refused cause one request. */
  replace(refused: AccessToken): Promise<AccessToken>;
}

/**
 * @param request asks Auth0 for a token, retries included. A login that it refuses after one was accepted says so in
 * its detail: what could not be read for want of a token is otherwise looked for in the network.
 */
export function createTokenSource(request: () => Promise<AccessToken>, clock: Clock): TokenSource {
  let current: Promise<AccessToken> | undefined;
  let hadToken = false;

  const ask = async (): Promise<AccessToken> => {
    try {
      const token = await request();
      hadToken = true;
      return token;
    } catch (error) {
      throw hadToken && hasCode(error, "credentials-refused", "no-grant") ? refusedAtRenewal(error) : error;
    }
  };

  const renew = (): Promise<AccessToken> => {
    const asked = ask();
    current = asked;
    // A failure is not kept: the next one who needs a token asks again.
    asked.catch(() => {
      if (current === asked) current = undefined;
    });
    return asked;
  };

  return {
    async get() {
      const token = await (current ?? renew());
      return clock.now() < token.expiresAt ? token : this.replace(token);
    },
    async replace(refused) {
      const seen = current;
      if (!seen) return renew();
      const token = await seen;
      if (token !== refused) return token;
      return current === undefined || current === seen ? renew() : current;
    },
  };
}

const refusedAtRenewal = (error: CurfewError): CurfewError =>
  new CurfewError(error.code, error.message, {
    detail: `the login was refused when the token was renewed: ${error.detail}`,
    cause: error,
  });
