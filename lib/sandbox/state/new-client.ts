import { NO_CERTIFICATE } from "../keys/signing-keys.ts";
import type { RandomText } from "./random-text.ts";
import type { ClientRecord, JsonObject, RefreshTokenSettings } from "./records.ts";

const PUBLIC_APP_TYPES = ["spa", "native"];

/** Makes an application with what Auth0 sets when it is created without saying so. */
export function newClient(
  fields: JsonObject & { name: string; client_id?: string | undefined },
  tenantName: string,
  text: RandomText,
): ClientRecord {
  const appType = typeof fields.app_type === "string" ? fields.app_type : undefined;
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
  return {
    tenant: tenantName,
    global: false,
    is_token_endpoint_ip_header_trusted: false,
    is_first_party: true,
    oidc_conformant: false,
    sso_disabled: false,
    cross_origin_auth: false,
    cross_origin_authentication: false,
    refresh_token: defaultRefreshToken(appType),
    signing_keys: [{ cert: NO_CERTIFICATE, pkcs7: NO_CERTIFICATE, subject: "deprecated" }],
    callback_url_template: false,
    jwt_configuration: { lifetime_in_seconds: 36_000, secret_encoded: false },
    grant_types: defaultGrantTypes(appType),
    custom_login_page_on: true,
    client_secret: text.clientSecret(),
    ...(appType !== undefined && PUBLIC_APP_TYPES.includes(appType) ? { token_endpoint_auth_method: "none" } : {}),
    ...given,
    name: fields.name,
    client_id: fields.client_id ?? text.clientId(),
  };
}

/** The client "All Applications" that every tenant has. It has fewer fields than others, and no grant types. */
export function newGlobalClient(tenantName: string, text: RandomText): ClientRecord {
  return {
    tenant: tenantName,
    global: true,
    callbacks: [],
    is_first_party: true,
    name: "All Applications",
    refresh_token: defaultRefreshToken(undefined),
    cross_origin_authentication: false,
    signing_keys: [{ cert: NO_CERTIFICATE, pkcs7: NO_CERTIFICATE, subject: "deprecated" }],
    client_id: text.clientId(),
    client_secret: text.clientSecret(),
    custom_login_page_on: true,
  };
}

/**
 * The refresh token block of a new client. Seconds. Recorded: machine and web applications get longer
 * numbers than single-page and native ones, and none of them expires.
 */
export function defaultRefreshToken(appType: string | undefined): RefreshTokenSettings {
  const long = appType === "non_interactive" || appType === "regular_web";
  return {
    expiration_type: "non-expiring",
    leeway: 0,
    infinite_token_lifetime: true,
    infinite_idle_token_lifetime: true,
    token_lifetime: long ? 31_557_600 : 2_592_000,
    idle_token_lifetime: long ? 2_592_000 : 1_296_000,
    rotation_type: "non-rotating",
  };
}

/** What a client may do when it was created without `grant_types`. */
function defaultGrantTypes(appType: string | undefined): string[] {
  const interactive = ["authorization_code", "implicit", "refresh_token"];
  return appType !== undefined && PUBLIC_APP_TYPES.includes(appType)
    ? interactive
    : [...interactive, "client_credentials"];
}
