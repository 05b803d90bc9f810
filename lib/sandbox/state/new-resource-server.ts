import { MANAGEMENT_SCOPES } from "./management-scopes.ts";
import type { RandomText } from "./random-text.ts";
import type { JsonObject, ResourceServerRecord } from "./records.ts";

/** What Auth0 sets on an API that is created without saying so. Lifetimes in seconds. */
const DEFAULTS = {
  allow_offline_access: false,
  skip_consent_for_verifiable_first_party_clients: false,
  subject_type_authorization: { client: { policy: "require_client_grant" }, user: { policy: "allow_all" } },
  token_lifetime: 86_400,
  token_lifetime_for_web: 7_200,
  signing_alg: "RS256",
};

/** Makes an API from the fields given; an HS256 API gets a signing secret. */
export function newResourceServer(
  fields: JsonObject & { identifier: string; id?: string | undefined; name?: string | undefined },
  text: RandomText,
): ResourceServerRecord {
  const { id = text.resourceServerId(), name = fields.identifier, ...rest } = fields;
  const secret = rest.signing_alg === "HS256" ? { signing_secret: text.clientSecret() } : {};
  return { id, name, ...structuredClone(DEFAULTS), ...secret, ...rest };
}

/** The Management API's own entry: every tenant has it, and nobody can delete it. */
export function managementApi(identifier: string, text: RandomText): ResourceServerRecord {
  const scopes = MANAGEMENT_SCOPES.map((value) => ({ value, description: describe(value) }));
  return newResourceServer({ identifier, name: "Auth0 Management API", scopes, is_system: true }, text);
}

/** `read:client_grants` is "Read Client Grants". */
function describe(scope: string): string {
  const words = scope.split(/[:_]/);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
}
