import type { Client } from "../../auth0/resources/client.ts";
import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import { hours, type Seconds } from "../../model/duration.ts";
import { isUnreadable, type Reported } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { grantUse } from "../grant-types.ts";
import { judgeDuration } from "../judge-value.ts";
import type { Bands } from "../limits.ts";
import { AUTH0_ACCESS_TOKEN_LIFETIME } from "../references.ts";
import { resourceServerResource } from "../resources.ts";

/** Auth0's default lifetime of an access token. Source: Auth0 documentation, "Update Access Token Lifetime". */
const DEFAULT_LIFETIME = hours(24);

/** Auth0's default for the implicit and hybrid flows: 7200 s, as every recorded API that nobody changed has it. */
const DEFAULT_IMPLICIT_LIFETIME = hours(2);

export default defineCheck({
  id: "expiry.api.implicit-token-lifetime",
  title: "Access tokens from the implicit flow live too long",
  why: "The implicit and hybrid flows hand access tokens through the browser's address bar, where history, extensions and scripts can read them. They deserve a shorter life than others. As long as no application may use the implicit flow, the setting is only a trap for later.",
  remediation: {
    summary:
      "Shorten the API's lifetime for implicit and hybrid flows, and move applications to the authorization code flow with PKCE.",
    dashboard:
      "Applications > APIs > the API > Settings > Access Token Expiration > Implicit / Hybrid Flow Access Token Lifetime.",
    api: 'PATCH /api/v2/resource-servers/{id} with { "token_lifetime_for_web": 7200 }',
  },
  references: [
    AUTH0_ACCESS_TOKEN_LIFETIME,
    { title: "RFC 9700, 2.1.2: implicit grant", url: "https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2" },
  ],
  fix: "safe",
  needs: ["resourceServers", "clients"],
  unit: "seconds",
  variants: {
    low: "judged where no application may use the implicit flow",
    medium: "judged where an application may use it",
  },
  // Auth0's default for browser flows.
  limits: {
    baseline: { low: hours(2), medium: hours(2) },
    strict: { low: hours(2), medium: hours(2) },
    "auth0-default": { low: hours(2), medium: hours(2) },
  },
  *evaluate({ resourceServers, clients }, limits) {
    const bands = bandsFor(clients, limits);
    for (const server of resourceServers) {
      if (server.is_system === true) continue;
      yield judgeDuration(resourceServerResource(server), {
        ...effectiveLifetime(server),
        bands,
        subject: "Access tokens from implicit and hybrid flows live",
      });
    }
  },
});

/** Where an application's grants cannot be read, nobody knows which band applies: then both are judged. */
function bandsFor(clients: readonly Client[], limits: Bands): Bands {
  const uses = clients.map((client) => grantUse(client, "implicit"));
  if (uses.includes("yes")) return band("medium", limits);
  return uses.some(isUnreadable) ? limits : band("low", limits);
}

const band = (severity: "low" | "medium", limits: Bands): Bands => {
  const limit = limits[severity];
  return limit === undefined ? {} : { [severity]: limit };
};

/** A token for the browser never outlives the API's own limit, whichever of the two is smaller. */
function effectiveLifetime(server: ResourceServer): { field: string; value: Reported<Seconds>; absent: Seconds } {
  const { token_lifetime: overall, token_lifetime_for_web: web } = server;
  const absent = DEFAULT_IMPLICIT_LIFETIME;
  if (isUnreadable(web)) return { field: "token_lifetime_for_web", value: web, absent };
  if (isUnreadable(overall)) return { field: "token_lifetime", value: overall, absent };
  const value =
    web === undefined && overall === undefined
      ? undefined
      : Math.min(web ?? DEFAULT_IMPLICIT_LIFETIME, overall ?? DEFAULT_LIFETIME);
  return { field: "token_lifetime_for_web", value, absent };
}
