import type { Client } from "../../auth0/resources/client.ts";
import type { ClientGrant } from "../../auth0/resources/client-grant.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import { days } from "../../model/duration.ts";
import { isUnreadable } from "../../model/reported.ts";
import { usesSecret } from "../client-secrets.ts";
import { type CheckContext, defineCheck } from "../define-check.ts";
import { historyOf } from "../history-of.ts";
import { AUTH0_APPLICATION_CREDENTIALS } from "../key-references.ts";
import type { Bands } from "../limits.ts";
import { judgeSilence, UNUSED } from "../log-silence.ts";
import { notUnderstood, type Outcome, unknown } from "../outcome.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "secret.client.unused",
  title: "An application's secret is not used any more",
  why: "A secret that nobody uses still opens the door. Nobody would miss the application, and nobody would notice that somebody else uses it.",
  remediation: {
    summary:
      "Ask who owns the application; delete it when nobody needs it, or take its grants away and rotate its secret.",
    dashboard: "Applications > Applications > the application > Settings > Danger Zone > Delete.",
    api: "DELETE /api/v2/clients/{id}",
  },
  references: [
    AUTH0_APPLICATION_CREDENTIALS,
    { title: "CIS AWS Foundations Benchmark", url: "https://www.cisecurity.org/benchmark/amazon_web_services" },
  ],
  fix: "no",
  needs: ["clients", "clientAuthentication", "clientGrants"],
  needsHistory: true,
  needsLogs: true,
  unit: "seconds",
  variants: {
    managementGrant: "the application has a grant for the Management API",
    others: "all other applications that authenticate with their secret",
  },
  limits: {
    baseline: { managementGrant: { medium: UNUSED, high: days(90) }, others: { medium: UNUSED } },
    strict: { managementGrant: { medium: UNUSED, high: days(90) }, others: { medium: UNUSED } },
    "auth0-default": { managementGrant: { high: days(90) }, others: { medium: UNUSED } },
  },
  *evaluate({ clients, clientAuthentication, clientGrants }, { managementGrant = {}, others = {} }, context) {
    const authentication = new Map(clientAuthentication.map((client) => [client.client_id, client]));
    const holders = holdersOf(clientGrants, managementAudience(context.domain));
    const { own } = historyOf(context);
    for (const client of clients) {
      // Curfew's own logins are left out of the log, so their silence means nothing.
      if (own.has(client.client_id)) continue;
      const uses = usesSecret(client, authentication.get(client.client_id));
      if (typeof uses === "object") yield unknown(clientResource(client), uses);
      else if (uses) yield judgeClient(client, holders, { managementGrant, others, context });
    }
  },
});

interface Measure {
  managementGrant: Bands;
  others: Bands;
  context: CheckContext;
}

function judgeClient(client: Client, holders: Holders, { managementGrant, others, context }: Measure): Outcome {
  const resource = clientResource(client);
  const judge = (bands: Bands): Outcome =>
    judgeSilence(resource, client.client_id, { bands, subject: "The application", context });
  if (holders.certain.has(client.client_id)) return judge(managementGrant);
  const outcome = judge(others);
  if (!holders.doubtful(client.client_id)) return outcome;
  // A grant that cannot be read may be one for the Management API: it matters only where that would change something.
  const harder = judge(managementGrant);
  const severityOf = (one: Outcome) => (one.verdict === "fail" ? one.severity : one.verdict);
  if (severityOf(harder) === severityOf(outcome)) return outcome;
  return unknown(resource, notUnderstood("a client grant came in a form that Auth0 does not document"));
}

interface Holders {
  certain: ReadonlySet<string>;
  doubtful(clientId: string): boolean;
}

/** Who has a grant for the Management API, and who may have one. */
function holdersOf(grants: readonly ClientGrant[], audience: string): Holders {
  const certain = new Set<string>();
  const possible = new Set<string>();
  let anybody = false;
  for (const { client_id: id, audience: api } of grants) {
    const isManagement = api === audience;
    if (!isManagement && !isUnreadable(api)) continue;
    if (isUnreadable(id)) anybody = true;
    else if (id !== undefined) (isManagement ? certain : possible).add(id);
  }
  return { certain, doubtful: (clientId) => anybody || possible.has(clientId) };
}
