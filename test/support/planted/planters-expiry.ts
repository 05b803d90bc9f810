import type { PlantedClient } from "./clients.ts";
import type { Planter } from "./planters.ts";
import type { RefreshTruth } from "./refresh-tokens.ts";
import { expected, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const ofClients =
  (judge: (client: PlantedClient, world: World) => Verdict): Planter =>
  (world) =>
    world.clients.flatMap((client) => expected("client", client.id, judge(client, world)));

const ofRefreshClients = (judge: (refresh: RefreshTruth, client: PlantedClient, world: World) => Verdict): Planter =>
  ofClients((client, world) => client.refresh && judge(client.refresh, client, world));

const ofTenant =
  (judge: (world: World) => Verdict, aspect?: string): Planter =>
  (world) =>
    expected("tenant", world.domain, judge(world), aspect);

/** Expirations, by the catalogue's list and its baseline. */
export const EXPIRY_PLANTERS: Readonly<Record<string, Planter>> = {
  "expiry.api.access-token-lifetime": ({ apis }) =>
    apis.flatMap(({ id, accessToken }) => expected("resource-server", id, accessToken)),

  "expiry.api.implicit-token-lifetime": ({ apis, clients }) => {
    const verdict = clients.some(({ usesImplicit }) => usesImplicit) ? "medium" : "low";
    return apis.flatMap(({ id, implicitTooLong }) =>
      expected("resource-server", id, implicitTooLong ? verdict : undefined),
    );
  },

  "expiry.api.management-token-lifetime": ({ managementApi: { id, token } }) => expected("resource-server", id, token),

  "expiry.client.id-token-lifetime": ofClients(({ idToken }) => idToken),

  "expiry.refresh.never-expires": ofRefreshClients(({ neverExpires }, _client, { apis }) => {
    if (!neverExpires) return undefined;
    return apis.some(({ offline }) => offline) ? "high" : "medium";
  }),

  "expiry.refresh.absolute-lifetime": ofRefreshClients(({ absolute }) => absolute),

  "expiry.refresh.idle-never": ofRefreshClients(({ idleNever }) => (idleNever ? "medium" : undefined)),

  "expiry.refresh.idle-lifetime": ofRefreshClients(({ idle }) => idle),

  "expiry.refresh.not-rotating": ofRefreshClients(({ rotating }, { isPublic, isBound }) => {
    if (rotating || isBound) return undefined;
    return isPublic ? "high" : "low";
  }),

  "expiry.refresh.leeway": ofRefreshClients(({ leeway }) => leeway),

  "expiry.refresh.outlives-session": ofTenant(({ clients, settings }) =>
    clients.some(({ refresh }) => refresh && refresh.seconds > settings.sessionSeconds) ? "info" : undefined,
  ),

  "expiry.session.absolute": ofTenant(({ settings }) => settings.session),

  "expiry.session.idle": ofTenant(({ settings }) => settings.idle),

  "expiry.session.ephemeral": (world) => [
    ...ofTenant(({ settings }) => settings.ephemeral, "absolute")(world),
    ...ofTenant(({ settings }) => settings.ephemeralIdle, "idle")(world),
  ],

  "expiry.session.persistent-cookie": ofTenant(({ settings }) => settings.persistentCookie),

  "expiry.email.link-lifetime": ({ mails }) =>
    mails.flatMap(({ template, verdict }) => expected("email-template", template, verdict)),
};
