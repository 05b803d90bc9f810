import type { DriftProbe, Instant } from "../../history/history.ts";
import type { Resource } from "../../model/resource.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { dayOf, historyOf } from "../history-of.ts";
import { AUTH0_ROTATE_CREDENTIALS, asvsConfiguration } from "../key-references.ts";
import { fail, noHistory, type Outcome, pass, unknown } from "../outcome.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "secret.client.drift",
  title: "Auth0 refuses the credential that is stored for an application",
  why: "What the vault holds is what the application will use after its next start. If Auth0 refuses it, somebody changed one of the two by hand: the application fails, and no rotation can be trusted until both agree.",
  remediation: {
    summary:
      "Find out which of the two was changed by hand, and who uses which. Rotation refuses such a credential (current-refused) until a person has decided: store the one that Auth0 accepts (aws secretsmanager put-secret-value --secret-id NAME --secret-string file://value.json) or, where nobody uses that one, replace it (npx curfew rotate --tenant TENANT --client ID --overwrite).",
    dashboard: "Applications > Applications > the application > Credentials.",
    api: 'PATCH /api/v2/clients/{id} with { "client_secret": "the stored value" }',
  },
  references: [AUTH0_ROTATE_CREDENTIALS, asvsConfiguration("13.3.1")],
  // What somebody set by hand is never overwritten unasked: this finding is what holds a rotation.
  fix: "no",
  needs: ["clients"],
  needsHistory: true,
  unit: null,
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate({ clients }, severity, context) {
    const { managed, probes, startedAt } = historyOf(context);
    const byId = new Map(clients.map((client) => [client.client_id, client]));
    for (const id of managed) {
      const client = byId.get(id);
      const resource: Resource = client ? clientResource(client) : { type: "client", id, name: null };
      yield judgeProbe(resource, probes.get(id), { severity, startedAt });
    }
  },
});

/**
 * Only an answer of this run counts: what was true in an earlier one may have been changed by hand since, and a run
 * whose probe failed has not looked. An audit on a laptop asks nobody, so there it is never known.
 */
function judgeProbe(
  resource: Resource,
  probe: DriftProbe | undefined,
  { severity, startedAt }: { severity: Severity; startedAt: Instant },
): Outcome {
  if (!probe) return unknown(resource, noHistory("Auth0 was not asked yet whether it accepts the stored credential"));
  if (probe.at < startedAt) {
    const detail = `Auth0 was last asked on ${dayOf(probe.at)}, before this run, whether it accepts the stored credential`;
    return unknown(resource, noHistory(detail));
  }
  if (probe.answer === "accepted") return pass(resource);
  if (probe.answer === "refused") {
    return fail(resource, { severity, message: "Auth0 refuses the credential that is stored for the application." });
  }
  const detail = probe.detail ?? "Auth0 did not say whether it accepts the stored credential";
  return unknown(resource, { reason: probe.reason ?? "fetch-failed", detail });
}
