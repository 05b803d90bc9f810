import type { RotationTrouble } from "../../history/history.ts";
import type { Resource } from "../../model/resource.ts";
import type { Severity } from "../../model/severity.ts";
import { defineCheck } from "../define-check.ts";
import { dayOf, historyOf } from "../history-of.ts";
import { asvsConfiguration } from "../key-references.ts";
import { fail, noHistory, type Outcome, pass, unknown } from "../outcome.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "coverage.rotation.failed",
  title: "A credential that Curfew looks after cannot be rotated",
  why: "Whoever gave a credential to Curfew counts on it that it does not grow old. While its rotation fails it does, and while it is held no audit begins one.",
  remediation: {
    summary:
      "The message says what the rotation stumbled over; `npx curfew rotate status --tenant TENANT` says what to do about it. Put that right. Then npx curfew rotate --tenant TENANT --client ID goes on at once, and where rotation is automatic the next audits do so by themselves; of what is held, no audit begins anew before npx curfew rotate resume --tenant TENANT --client ID.",
    dashboard: "Applications > Applications > the application > Credentials.",
    api: null,
  },
  references: [asvsConfiguration("13.3.4")],
  // What holds a rotation is what only a person can decide.
  fix: "no",
  needs: ["clients"],
  needsHistory: true,
  unit: null,
  // About Curfew and not about Auth0: no default of a tenant excuses it.
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate({ clients }, severity, context) {
    const { managed, rotationTroubles } = historyOf(context);
    const byId = new Map(clients.map((client) => [client.client_id, client]));
    for (const id of managed) {
      const client = byId.get(id);
      const resource: Resource = client ? clientResource(client) : { type: "client", id, name: null };
      if (rotationTroubles) yield judge(resource, rotationTroubles.get(id), severity);
      else yield unknown(resource, noHistory("this audit does not know of rotations; the deployed one does"));
    }
  },
});

function judge(resource: Resource, trouble: RotationTrouble | undefined, severity: Severity): Outcome {
  if (!trouble) return pass(resource);
  const { state, since, message } = trouble;
  const what = state === "held" ? "held since" : "failing, the last time on";
  return fail(resource, { severity, message: `Its rotation is ${what} ${dayOf(since)}: ${message}` });
}
