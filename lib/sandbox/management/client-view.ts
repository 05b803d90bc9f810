import type { SandboxResponse } from "../http/message.ts";
import type { ClientRecord, JsonObject } from "../state/records.ts";
import { apiError, invalidQuery } from "./api-error.ts";
import { type Projection, project } from "./projection.ts";

/** Fields that show how a client authenticates, and its secret. */
const GUARDED_FIELDS = ["client_secret", "client_authentication_methods"];

/** Auth0 docs: either scope shows both guarded fields. */
const GUARD_SCOPES = ["read:client_keys", "read:client_credentials"];

/** Every field name that `fields` of the client endpoints accepts, as the Management API's reference lists them. */
const CLIENT_FIELDS = new Set(
  `name description callbacks oidc_backchannel_logout oidc_logout session_transfer allowed_origins web_origins client_id
   tenant global config_route callback_url_template jwt_configuration api_type logo_uri allowed_clients owners
   custom_login_page custom_login_page_on sso addons form_template custom_login_page_preview encryption_key
   client_secret signing_keys mobile token_endpoint_auth_method allowed_logout_urls app_type is_first_party
   oidc_conformant client_metadata is_token_endpoint_ip_header_trusted initiate_login_uri grant_types refresh_token
   default_organization organization_usage organization_require_behavior organization_discovery_methods
   client_authentication_methods require_pushed_authorization_requests require_proof_of_possession id_token
   signed_request_object compliance_level skip_non_verifiable_callback_uri_confirmation_prompt token_exchange
   token_quota identity_assertion_authorization_grant third_party_security_mode subject_type_authorization
   resource_server_identifier express_configuration my_organization_configuration async_approval_notification_channels
   token_vault_privileged_access registration_type external_metadata_type external_metadata_created_by
   external_client_id redirection_policy`.split(/\s+/),
);

/** True when the token may see secrets and authentication methods. */
function maySeeSecrets(scopes: ReadonlySet<string>): boolean {
  return GUARD_SCOPES.some((scope) => scopes.has(scope));
}

/** Refuses a projection that names unknown fields, or fields the token may not see. */
export function checkClientProjection(
  projection: Projection,
  scopes: ReadonlySet<string>,
): SandboxResponse | undefined {
  const heads = projection.fields.map((field) => field.split(".")[0] ?? "");
  const unknown = heads.filter((field) => !CLIENT_FIELDS.has(field));
  if (unknown.length > 0) return invalidQuery(`fields names what a client does not have: ${unknown.join(", ")}`);
  const forbidden = projection.include ? heads.filter((field) => GUARDED_FIELDS.includes(field)) : [];
  if (forbidden.length === 0 || maySeeSecrets(scopes)) return undefined;
  const message = `Some fields cannot be read with this token: ${forbidden.join(",")}; needed is any of: ${GUARD_SCOPES.join(",")}`;
  return apiError(403, message, "insufficient_scope");
}

/**
 * What a token sees of a client. Guarded fields are left out silently where the scopes do not show them;
 * a client that authenticates with keys shows no secret. `tenant` comes with every projection.
 */
export function showClient(client: ClientRecord, projection: Projection, scopes: ReadonlySet<string>): JsonObject {
  const { client_secret, client_authentication_methods, ...open } = client;
  const visible: JsonObject = open;
  if (maySeeSecrets(scopes)) {
    if (client_authentication_methods !== undefined) Object.assign(visible, { client_authentication_methods });
    else if (client_secret !== undefined) Object.assign(visible, { client_secret });
  }
  return project(visible, projection, ["tenant"]);
}
