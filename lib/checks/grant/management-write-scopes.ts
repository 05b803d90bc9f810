import { defineCheck } from "../define-check.ts";
import { judgeManagementGrants } from "../grant-judging.ts";
import { AUTH0_CLIENT_GRANTS, AUTH0_MANAGEMENT_TOKENS, RFC_9700_PRIVILEGES } from "../grant-references.ts";
import { type GrantedScopes, grantedScopes, isWriteScope, mentionScopes } from "../grant-scopes.ts";
import { fail, pass, unknown } from "../outcome.ts";
import { asvsOauth } from "../references.ts";

/** Single scopes that do harm which is hard to undo: to users, secrets, the ways to log in and their defences. */
const DANGEROUS: ReadonlySet<string> = new Set([
  "update:users",
  "create:user_tickets",
  "read:client_keys",
  "update:client_keys",
  "update:connections",
  "update:attack_protection",
]);

/** What nobody but a rotation should write. */
const KEY_MATERIAL: readonly string[] = [":client_credentials", ":signing_keys"];

export default defineCheck({
  id: "grant.management.write-scopes",
  title: "An application holds dangerous scopes of the Management API",
  why: "These scopes delete things, take over user accounts, reveal or replace secrets and keys, or switch off what protects the login. A leaked token of such an application does harm that cannot be taken back, and the token itself cannot be revoked.",
  remediation: {
    summary:
      "Take away the scopes that the application does not use; split what remains over applications with one task each.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the application > permissions.",
    api: "PATCH /api/v2/client-grants/{id} with the complete list of scopes that remain",
  },
  references: [AUTH0_CLIENT_GRANTS, AUTH0_MANAGEMENT_TOKENS, asvsOauth("10.4.11"), RFC_9700_PRIVILEGES],
  fix: "guarded",
  needs: ["clientGrants"],
  unit: null,
  limits: { baseline: "high", strict: "high", "auth0-default": "high" },
  *evaluate({ clientGrants }, severity, { domain }) {
    yield* judgeManagementGrants(clientGrants, domain, ({ grant, resource }) => {
      const granted = grantedScopes(grant);
      const found = describeDangerous(granted);
      if (found !== undefined) return fail(resource, { severity, message: `The application holds ${found}.` });
      return granted.unclear === undefined ? pass(resource) : unknown(resource, granted.unclear);
    });
  },
});

/**
 * A grant for all scopes is reported here too, beside `grant.management.allow-all-scopes`: it holds each of these
 * scopes, and trading the list for the switch must not make this finding look mended.
 */
function describeDangerous({ all, named }: GrantedScopes): string | undefined {
  if (all) return "every scope of the Management API (allow_all_scopes), all dangerous ones included";
  const found = [...named].filter(isDangerous);
  return found.length === 0 ? undefined : `dangerous scopes: ${mentionScopes(found)}`;
}

const isDangerous = (scope: string): boolean =>
  scope.startsWith("delete:") ||
  DANGEROUS.has(scope) ||
  (isWriteScope(scope) && KEY_MATERIAL.some((object) => scope.endsWith(object)));
