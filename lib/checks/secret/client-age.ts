import type { AgeSource, SecretAge } from "../../history/history.ts";
import { days } from "../../model/duration.ts";
import type { Resource } from "../../model/resource.ts";
import { usesSecret } from "../client-secrets.ts";
import { type CheckContext, defineCheck } from "../define-check.ts";
import { dayOf, historyOf, logOf, whyNotCurrent } from "../history-of.ts";
import { secondsSince } from "../instants.ts";
import { distinguishable } from "../judge-value.ts";
import { AUTH0_ROTATE_CREDENTIALS, cisaEntra } from "../key-references.ts";
import { type Bands, judge } from "../limits.ts";
import { fail, noHistory, type Outcome, pass, unknown } from "../outcome.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "secret.client.age",
  title: "An application's secret is old",
  why: "A client secret never expires. The longer it is in use, the more machines, backups, logs and former colleagues have seen it, and Auth0 itself does not say how old it is.",
  remediation: {
    summary: "Rotate the secret: store the new one where the application reads it, then set it in Auth0.",
    dashboard: "Applications > Applications > the application > Settings > Danger Zone > Rotate secret.",
    api: 'PATCH /api/v2/clients/{id} with { "client_secret": "a new value that is stored already" }',
  },
  references: [
    AUTH0_ROTATE_CREDENTIALS,
    cisaEntra("MS.AAD.5.6"),
    { title: "CIS AWS Foundations Benchmark", url: "https://www.cisecurity.org/benchmark/amazon_web_services" },
  ],
  fix: "by rotation",
  needs: ["clients", "clientAuthentication"],
  needsHistory: true,
  // A rotation by hand is told by the log alone: without it every age could be too high.
  needsLogs: true,
  unit: "seconds",
  // 90 days: CIS for access keys of AWS; 180: CISA for passwords of applications. Auth0 has no limit of its own.
  limits: {
    baseline: { medium: days(90), high: days(180) },
    strict: { medium: days(60), high: days(90) },
    "auth0-default": { high: days(180) },
  },
  *evaluate({ clients, clientAuthentication }, bands, context) {
    const authentication = new Map(clientAuthentication.map((client) => [client.client_id, client]));
    for (const client of clients) {
      const uses = usesSecret(client, authentication.get(client.client_id));
      const resource = clientResource(client);
      if (typeof uses === "object") yield unknown(resource, uses);
      else if (uses) yield judgeSecret(resource, bands, context);
    }
  },
});

function judgeSecret(resource: Resource, bands: Bands, context: CheckContext): Outcome {
  const age = historyOf(context).secrets.get(resource.id);
  if (!age) return unknown(resource, noHistory("the application is not recorded yet"));
  const observed = Math.max(0, secondsSince(age.since, context.now));
  const verdict = judge(observed, bands);
  if (!verdict) return age.isAtLeast ? unknown(resource, whyUncertain(age)) : pass(resource);
  const notCurrent = whyNotCurrent(logOf(context), context.now);
  if (notCurrent) return unknown(resource, notCurrent);
  const [found, limit] = distinguishable(observed, verdict.limit);
  const message = `The secret is ${age.isAtLeast ? "at least " : ""}${found} old, ${SOURCES[age.source]}; the limit is ${limit}.`;
  return fail(resource, { ...verdict, observed, unit: "seconds", message });
}

/** A lower bound below the limit is no proof of youth. */
const whyUncertain = ({ since }: SecretAge) =>
  noHistory(`nobody saw the secret being set: it is from ${dayOf(since)} or older`);

const SOURCES: Readonly<Record<AgeSource, string>> = {
  rotation: "by Curfew's own rotation",
  "vault-version": "by the date of its version in Secrets Manager",
  "tenant-log": "by the tenant's log",
  "first-seen": "by the time Curfew has known the application",
};
