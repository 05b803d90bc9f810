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

/** An application that the thief has planted. */
interface Planted {
  client_id: string;
  client_secret: string;
}

/** Somebody who has found a secret, and makes use of it until they are stopped. */
export interface Thief {
  /** Everything that they did. */
  readonly deeds: readonly Deed[];
  /** The client id of what they planted; undefined until it is planted. */
  planted(): string | undefined;
  stop(): Promise<void>;
}

/** Milliseconds of the sandbox's clock between two deeds. */
const PACE = 5_000;

/**
 * Lets a thief work: gets a token, looks around, plants an application of their own and gives it rights, and goes on with
 * the token, with getting another one, and with what they planted.
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
  let token: string | undefined;
  let planted: Planted | undefined;
  let plantedToken: string | undefined;

  const send = async (what: string, path: string, bearer: string | undefined, body?: unknown): Promise<unknown> => {
    const headers = {
      "content-type": "application/json",
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    };
    const init = body === undefined ? { method: "GET" } : { method: "POST", body: JSON.stringify(body) };
    const answer = await fetch(new URL(path, origin), { ...init, headers });
    const deed = { at: clock.now(), what, status: answer.status };
    const isNews = !deeds.some((known) => known.what === what && known.status === answer.status);
    deeds.push(deed);
    if (isNews) tell(deed);
    return answer.json().catch(() => ({}));
  };
  const mint = async (what: string, login: Planted): Promise<string | undefined> => {
    const order = { grant_type: "client_credentials", ...login, audience };
    return ((await send(what, "/oauth/token", undefined, order)) as { access_token?: string }).access_token;
  };
  const plant = async (): Promise<void> => {
    const made = (await send("plants an application of their own", "/api/v2/clients", token, PLANTED)) as Planted;
    planted = { client_id: made.client_id, client_secret: made.client_secret };
    const grant = { client_id: planted.client_id, audience, scope: ["read:clients"] };
    await send("gives it rights", "/api/v2/client-grants", token, grant);
    plantedToken = await mint("gets a token as what they planted", planted);
  };

  const run = async (): Promise<void> => {
    token = await mint("gets a token with the secret", { client_id, client_secret });
    await send("lists the tenant's applications", "/api/v2/clients?fields=client_id,name", token);
    await plant();
    while (!stopped.signal.aborted) {
      await clock.sleep(PACE, stopped.signal).catch(() => undefined);
      if (stopped.signal.aborted) return;
      await mint("asks for another token", { client_id, client_secret });
      if (isRefused(deeds) && !deeds.some(({ what }) => what === AGAIN))
        await send(AGAIN, "/api/v2/clients", token, PLANTED);
      await send(USES, "/api/v2/clients?fields=client_id", token);
      if (planted) await mint("asks for another token as what they planted", planted);
      await send("uses the token of what they planted", "/api/v2/clients?fields=client_id", plantedToken);
      await setImmediate(); // others come first
    }
  };

  const running = run();
  return {
    deeds,
    planted: () => planted?.client_id,
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}

const AGAIN = "plants another one, with the token that is out";

const isRefused = (deeds: readonly Deed[]): boolean => deeds.some(({ status }) => status >= 400);

/** What shows that a token cannot be called back. */
export const USES = "uses the token";

const PLANTED = {
  name: "Backup tool",
  app_type: "non_interactive",
  grant_types: ["client_credentials"],
  token_endpoint_auth_method: "client_secret_post",
};
