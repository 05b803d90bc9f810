import type { Action } from "../../auth0/resources/action.ts";
import { days } from "../../model/duration.ts";
import { isUnreadable, type Reported } from "../../model/reported.ts";
import type { Resource } from "../../model/resource.ts";
import { defineCheck } from "../define-check.ts";
import { judgeAge } from "../judge-age.ts";
import { asvsConfiguration } from "../key-references.ts";
import type { Bands } from "../limits.ts";
import { type NotSaid, notReported, notUnderstood, type Outcome, unknown, unreadable } from "../outcome.ts";
import { nameOf } from "../resources.ts";

export default defineCheck({
  id: "secret.action.age",
  title: "A secret of an action is old",
  why: "An action's secrets open other systems: databases, mail services, APIs. They never expire in Auth0, and whoever once set or copied one can use it until it is replaced there.",
  remediation: {
    summary:
      "Replace the secret in the system that it opens, set the new value in the action, and deploy the action again.",
    dashboard: "Actions > Library > the action > Secrets > the secret > Update.",
    api: 'PATCH /api/v2/actions/actions/{id} with { "secrets": [every secret of the action, with name and value] }, then POST /api/v2/actions/actions/{id}/deploy',
  },
  references: [
    {
      title: "Auth0: Write Your First Action",
      url: "https://auth0.com/docs/customize/actions/write-your-first-action",
    },
    asvsConfiguration("13.3.4"),
  ],
  fix: "no",
  needs: ["actions"],
  unit: "seconds",
  // ASVS asks for secrets that are replaced and leaves the interval to their owner: half a year to be told, a year at
  // most. A new tenant has no old secrets, so no profile differs.
  limits: {
    baseline: { low: days(180), medium: days(365) },
    strict: { medium: days(60), high: days(90) },
    "auth0-default": { low: days(180), medium: days(365) },
  },
  *evaluate({ actions }, bands, { now }) {
    for (const action of actions) yield* judgeAction(action, bands, now);
  },
});

function* judgeAction(action: Action, bands: Bands, now: number): Iterable<Outcome> {
  const resource: Resource = { type: "action", id: action.id, name: nameOf(action.name) };
  const { secrets } = action;
  if (isUnreadable(secrets)) {
    yield unknown(resource, unreadable("secrets", secrets));
    return;
  }
  for (const [name, entries] of Map.groupBy(secrets ?? [], ({ name }) => (isUnreadable(name) ? undefined : name))) {
    const [secret, ...others] = entries;
    if (name === undefined) yield unknown(resource, whyNameless(entries));
    else if (others.length > 0)
      yield unknown(resource, notUnderstood("the action has several secrets of one name"), name);
    else {
      const reported = { field: "secrets.updated_at", value: secret?.updated_at, now, bands };
      yield judgeAge(resource, { ...reported, subject: "The secret was last changed", aspect: name });
    }
  }
}

function whyNameless(secrets: readonly { name?: Reported<string> }[]): NotSaid {
  const detail = "a secret of the action has no name that can be read";
  return secrets.some(({ name }) => isUnreadable(name)) ? notUnderstood(detail) : notReported(detail);
}
