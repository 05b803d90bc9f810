import type { ResourceServer } from "../../auth0/resources/resource-server.ts";
import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { grantUse } from "../grant-types.ts";
import { fail, type NotSaid, pass, unknown, unreadable, worstOf } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "grant.client.offline-without-need",
  title: "An application may use refresh tokens though no API allows them",
  why: "An application should be allowed only the flows that it uses. Here no API of the tenant allows offline access, so this one is good for nothing today, and becomes active unnoticed on the day when somebody allows it for any API.",
  remediation: {
    summary: "Take the refresh token grant away from the application, or allow offline access where it is meant to be.",
    dashboard: "Applications > Applications > the application > Settings > Advanced Settings > Grant Types.",
    api: 'PATCH /api/v2/clients/{id} with { "grant_types": ["authorization_code"] } (the complete list that remains)',
  },
  references: [
    {
      title: "Auth0: Application Grant Types",
      url: "https://auth0.com/docs/get-started/applications/application-grant-types",
    },
    asvsOauth("10.4.4"),
  ],
  fix: "no",
  needs: ["clients", "resourceServers"],
  unit: null,
  limits: { baseline: "info", strict: "info", "auth0-default": "info" },
  *evaluate({ clients, resourceServers }, severity) {
    const offline = offlineAccess(resourceServers);
    for (const client of clients) {
      const use = grantUse(client, "refresh_token");
      if (use === "no") continue;
      const resource = clientResource(client);
      if (offline === "allowed") yield pass(resource);
      else if (typeof offline === "object") yield unknown(resource, offline);
      else if (isUnreadable(use)) yield unknown(resource, unreadable("grant_types", use));
      else
        yield fail(resource, {
          severity,
          message: "The application may use refresh tokens, but no API of the tenant allows offline access.",
        });
    }
  },
});

/** Whether any API, Auth0's own included, yields refresh tokens. Absent means no, Auth0's default. */
function offlineAccess(servers: readonly ResourceServer[]): "allowed" | "nowhere" | NotSaid {
  if (servers.some((server) => server.allow_offline_access === true)) return "allowed";
  const odd = servers.map((server) => server.allow_offline_access).filter(isUnreadable);
  return worstOf(odd.map((value) => unreadable("allow_offline_access of an API", value))) ?? "nowhere";
}
