import type { Client } from "../../auth0/resources/client.ts";
import type { ClientGrant } from "../../auth0/resources/client-grant.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import { isUnreadable } from "../../model/reported.ts";
import type { Severity } from "../../model/severity.ts";
import { usesSecret } from "../client-secrets.ts";
import { defineCheck } from "../define-check.ts";
import { grantedScopes, isWriteScope } from "../grant-scopes.ts";
import { AUTH0_APPLICATION_CREDENTIALS, cisaEntra } from "../key-references.ts";
import { fail, type NotSaid, type Outcome, pass, unknown, unreadable, worstOf } from "../outcome.ts";
import { asvsOauth } from "../references.ts";
import { clientResource } from "../resources.ts";

export default defineCheck({
  id: "secret.client.shared-secret-auth",
  title: "An application authenticates with a shared secret",
  why: "A shared secret travels with every request for a token and lies at both ends, so it can leak at either. A private key never leaves the application. Where the secret opens the Management API for writing, it is worth the change.",
  remediation: {
    summary:
      "Register a key pair and let the application authenticate by private key JWT or mutual TLS (Auth0's Enterprise plan).",
    dashboard:
      "Applications > Applications > the application > Credentials > Authentication Methods > Private Key JWT.",
    api: 'PATCH /api/v2/clients/{id} with { "token_endpoint_auth_method": null, "client_authentication_methods": { "private_key_jwt": { "credentials": [{ "id": "cred_…" }] } } }',
  },
  references: [AUTH0_APPLICATION_CREDENTIALS, asvsOauth("10.4.16"), cisaEntra("MS.AAD.5.5")],
  fix: "no",
  needs: ["clients", "clientAuthentication", "clientGrants"],
  unit: null,
  variants: {
    managementWrites: "the application may change the tenant through the Management API",
    others: "all other applications that authenticate with their secret",
  },
  // Every new confidential application has a secret: a note. None may write to the Management API until somebody
  // grants it, so that holds in every profile.
  limits: {
    baseline: { managementWrites: "medium", others: "info" },
    strict: { managementWrites: "medium", others: "info" },
    "auth0-default": { managementWrites: "medium", others: "info" },
  },
  *evaluate({ clients, clientAuthentication, clientGrants }, severities, { domain }) {
    const authentication = new Map(clientAuthentication.map((client) => [client.client_id, client]));
    const grants = managementGrants(clientGrants, domain);
    for (const client of clients) {
      if (client.global === true) continue;
      const uses = usesSecret(client, authentication.get(client.client_id));
      const outcome = judgeSecret(client, uses, { grants, severities });
      if (outcome) yield outcome;
    }
  },
});

interface Measure {
  /** Grants on the Management API, by the application that holds them. */
  grants: ReadonlyMap<string | undefined, readonly ClientGrant[]>;
  severities: { managementWrites?: Severity; others?: Severity };
}

function judgeSecret(client: Client, uses: boolean | NotSaid, { grants, severities }: Measure): Outcome | undefined {
  const resource = clientResource(client);
  if (typeof uses === "object") return unknown(resource, uses);
  if (!uses) return pass(resource);
  const writes = mayWrite(client, grants);
  if (typeof writes === "object") return unknown(resource, writes);
  const severity = writes ? severities.managementWrites : severities.others;
  if (severity === undefined) return undefined;
  const message = writes
    ? "The application authenticates with a shared secret, and may change the tenant through the Management API."
    : "The application authenticates with a shared secret.";
  return fail(resource, { severity, message });
}

/**
 * Indexes the grants on the Management API. One whose API cannot be read may be among them, and one whose
 * application cannot be read (`undefined` here) may be anybody's.
 */
function managementGrants(grants: readonly ClientGrant[], domain: string): Measure["grants"] {
  const audience = managementAudience(domain);
  const possible = grants.filter((grant) => grant.audience === audience || isUnreadable(grant.audience));
  const named = possible.filter((grant) => grant.client_id !== undefined);
  return Map.groupBy(named, ({ client_id: id }) => (isUnreadable(id) ? undefined : id));
}

/** Whether a grant lets the application write. One that surely does decides, whatever the others hide. */
function mayWrite({ client_id: id }: Client, grants: Measure["grants"]): boolean | NotSaid {
  const answers = [...(grants.get(id) ?? []), ...(grants.get(undefined) ?? [])].map(grantsWriting);
  if (answers.includes(true)) return true;
  return worstOf(answers.filter((answer) => typeof answer === "object")) ?? false;
}

function grantsWriting(grant: ClientGrant): boolean | NotSaid {
  const { all, named, unclear } = grantedScopes(grant);
  const writes = all || [...named].some(isWriteScope);
  const doubt = unclear && { ...unclear, detail: `of a client grant, ${unclear.detail}` };
  if (!writes && !doubt) return false;
  if (isUnreadable(grant.client_id)) return unreadable("a client grant's client_id", grant.client_id);
  if (isUnreadable(grant.audience)) return unreadable("a client grant's audience", grant.audience);
  return writes || (doubt ?? false);
}
