import * as z from "zod";
import { jsonResponse } from "../http/message.ts";
import { invalidQuery } from "./api-error.ts";
import { applyPatch } from "./apply-patch.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { project, projectionOf } from "./projection.ts";
import { validate } from "./validate.ts";

/** Every field name that `fields` accepts here, as the Management API's reference lists them. */
const SETTINGS_FIELDS = new Set(
  `allowed_logout_urls change_password default_token_quota error_page flags friendly_name picture_url support_email
   support_url session_lifetime default_audience default_directory device_flow idle_session_lifetime
   ephemeral_session_lifetime idle_ephemeral_session_lifetime default_redirection_uri universal_login enabled_locales
   session_cookie sessions oidc_logout allow_organization_name_in_authentication_api mtls
   customize_mfa_in_postlogin_action skip_non_verifiable_callback_uri_confirmation_prompt resource_parameter_profile
   enable_ai_guide client_id_metadata_document_supported phone_consolidated_experience`.split(/\s+/),
);

const hours = z.int().min(1).exactOptional();
const change = z.looseObject({
  session_lifetime: hours,
  idle_session_lifetime: hours,
  ephemeral_session_lifetime: hours,
  idle_ephemeral_session_lifetime: hours,
  session_cookie: z.strictObject({ mode: z.enum(["persistent", "non-persistent"]) }).exactOptional(),
  flags: z.record(z.string(), z.boolean()).exactOptional(),
});

/** The tenant's settings. Session lifetimes are hours: fractional when read, whole when written. */
export const TENANT_SETTINGS_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: "/tenants/settings", scopes: ["read:tenant_settings"], handle: get },
  {
    method: "PATCH",
    path: "/tenants/settings",
    scopes: ["update:tenant_settings"],
    logged: "Update tenant settings",
    handle: update,
  },
];

function get({ context, query }: ApiCall) {
  const projection = projectionOf(query);
  const unknown = projection.fields.filter((field) => !SETTINGS_FIELDS.has(field.split(".")[0] ?? ""));
  if (unknown.length > 0) return invalidQuery(`fields names what the settings do not have: ${unknown.join(", ")}`);
  return jsonResponse(200, project(context.state.settings, projection));
}

function update({ context, body }: ApiCall) {
  const { value, refusal } = validate(change, body);
  if (refusal) return refusal;
  applyPatch(context.state.settings, value, ["flags"]);
  return jsonResponse(200, context.state.settings);
}
