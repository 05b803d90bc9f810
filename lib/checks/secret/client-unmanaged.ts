import { usesSecret } from "../client-secrets.ts";
import { defineCheck } from "../define-check.ts";
import { historyOf } from "../history-of.ts";
import { AUTH0_APPLICATION_CREDENTIALS, asvsConfiguration } from "../key-references.ts";
import { fail, pass, unknown } from "../outcome.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "secret.client.unmanaged",
  title: "Nobody looks after an application's secret",
  why: "A secret that is in no vault lies in settings, pipelines and chats instead. Nobody knows who has it, and when it leaks nobody knows where to replace it.",
  remediation: {
    summary:
      "Move the secret to Secrets Manager, let the application read it there, and name both under credentials in curfew.yaml.",
    dashboard: "Applications > Applications > the application > Credentials > Client Secret.",
    api: null,
  },
  references: [AUTH0_APPLICATION_CREDENTIALS, asvsConfiguration("13.3.1")],
  fix: "no",
  needs: ["clients", "clientAuthentication"],
  needsHistory: true,
  unit: null,
  // About where secrets are kept and not about a setting of Auth0: no default of a tenant excuses it.
  limits: { baseline: "medium", strict: "medium", "auth0-default": "medium" },
  *evaluate({ clients, clientAuthentication }, severity, context) {
    const { managed } = historyOf(context);
    const authentication = new Map(clientAuthentication.map((client) => [client.client_id, client]));
    for (const client of clients) {
      const resource = clientResource(client);
      if (managed.has(client.client_id)) {
        yield pass(resource);
        continue;
      }
      const uses = usesSecret(client, authentication.get(client.client_id));
      const message = "The application's secret is not among the credentials that Curfew looks after.";
      if (typeof uses === "object") yield unknown(resource, uses);
      else if (uses) yield fail(resource, { severity, message });
    }
  },
});
