import { setImmediate } from "node:timers/promises";
import { managementAudience } from "../../lib/auth0/tenant-address.ts";
import type { LeakWorld } from "../../lib/sandbox/story/leak-world.ts";

/** What somebody did who has what leaked. */
export interface Deed {
  /** Milliseconds since the epoch. */
  at: number;
  what: string;
  /** The status that Auth0 answered with. */
  status: number;
}

/** Somebody who has found a secret, and makes use of it until they are stopped. */
export interface Thief {
  /** Everything that they did. */
  readonly deeds: readonly Deed[];
  stop(): Promise<void>;
}

/** Milliseconds of the sandbox's clock between two deeds. */
const PACE = 5_000;

/**
 * Lets a thief work: gets a token, looks around, plants an application of their own, and goes on with the token and with
 * getting another one.
 *
 * @param tell hears of each deed that was not done before with the same answer
 */
export function startThief({ sandbox, leaked }: LeakWorld, tell: (deed: Deed) => void): Thief {
  const { clientId: client_id, value: client_secret, tenant, domain } = leaked;
  const { clock } = sandbox;
  const { origin } = sandbox.tenant(tenant);
  const audience = managementAudience(domain);
  const deeds: Deed[] = [];
  const stopped = new AbortController();
  let token = "";

  const send = async (what: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = {
      "content-type": "application/json",
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(new URL(path, origin), { method, headers, ...init });
    const deed = { at: clock.now(), what, status: answer.status };
    const isNews = !deeds.some((known) => known.what === what && known.status === answer.status);
    deeds.push(deed);
    if (isNews) tell(deed);
    return answer.json().catch(() => ({}));
  };
  const mint = async (what: string): Promise<void> => {
    const order = { grant_type: "client_credentials", client_id, client_secret, audience };
    const { access_token } = (await send(what, "POST", "/oauth/token", order)) as { access_token?: string };
    if (token === "" && access_token !== undefined) token = access_token;
  };

  const run = async (): Promise<void> => {
    await mint("gets a token with the secret");
    await send("lists the tenant's applications", "GET", "/api/v2/clients?fields=client_id,name");
    await send("plants an application of their own", "POST", "/api/v2/clients", PLANTED);
    while (!stopped.signal.aborted) {
      await clock.sleep(PACE, stopped.signal).catch(() => undefined);
      if (stopped.signal.aborted) return;
      await mint("asks for another token");
      if (isRefused(deeds) && !deeds.some(({ what }) => what === AGAIN))
        await send(AGAIN, "POST", "/api/v2/clients", PLANTED);
      await send("uses the token", "GET", "/api/v2/clients?fields=client_id");
      await setImmediate(); // others come first
    }
  };

  const running = run();
  return {
    deeds,
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

const AGAIN = "plants another one, with the token that is out";

const isRefused = (deeds: readonly Deed[]): boolean => deeds.some(({ status }) => status >= 400);

const PLANTED = {
  name: "Backup tool",
  app_type: "non_interactive",
  grant_types: ["client_credentials"],
  token_endpoint_auth_method: "client_secret_post",
};
