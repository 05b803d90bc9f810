import type { Client } from "../../auth0/resources/client.ts";
import { hours, type Seconds } from "../../model/duration.ts";
import { isUnreadable, type Reported } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { DEFAULT_ID_TOKEN_LIFETIME } from "../id-tokens.ts";
import { judgeDuration } from "../judge-value.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "expiry.client.id-token-lifetime",
  title: "ID tokens of an application live too long",
  why: "An ID token says who somebody is. Applications that accept it for as long as it is valid go on trusting a person who has long been logged out, locked or removed.",
  remediation: {
    summary: "Shorten the application's ID token lifetime.",
    dashboard: "Applications > Applications > the application > Settings > ID Token > ID Token Expiration.",
    api: 'PATCH /api/v2/clients/{id} with { "jwt_configuration": { "lifetime_in_seconds": 36000 } }',
  },
  references: [
    {
      title: "Auth0: Update ID Token Lifetime",
      url: "https://auth0.com/docs/secure/tokens/id-tokens/update-id-token-lifetime",
    },
  ],
  fix: "safe",
  needs: ["clients"],
  unit: "seconds",
  limits: {
    baseline: { medium: hours(10), high: hours(24) },
    strict: { medium: hours(1), high: hours(10) },
    "auth0-default": { high: hours(24) },
  },
  *evaluate({ clients }, limits) {
    for (const client of clients) {
      if (client.global === true) continue;
      yield judgeDuration(clientResource(client), {
        ...idTokenLifetime(client),
        absent: DEFAULT_ID_TOKEN_LIFETIME,
        bands: limits,
        subject: "ID tokens live",
      });
    }
  },
});

function idTokenLifetime({ jwt_configuration: configuration }: Client): { field: string; value: Reported<Seconds> } {
  if (isUnreadable(configuration)) return { field: "jwt_configuration", value: configuration };
  return { field: "jwt_configuration.lifetime_in_seconds", value: configuration?.lifetime_in_seconds };
}
