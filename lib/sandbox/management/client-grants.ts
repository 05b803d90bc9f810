import * as z from "zod";
import { emptyResponse, jsonResponse, type SandboxResponse } from "../http/message.ts";
import type { ClientGrantRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";
import { apiError, inexistent, invalidQuery } from "./api-error.ts";
import { applyPatch } from "./apply-patch.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { pageOf } from "./paging.ts";
import { validate } from "./validate.ts";

const scope = z.array(z.string().min(1).max(280));
const organizationUsage = z.enum(["deny", "allow", "require"]);
const creation = z.strictObject({
  client_id: z.string().exactOptional(),
  audience: z.string().min(1),
  scope: scope.exactOptional(),
  subject_type: z.enum(["client", "user"]).exactOptional(),
  default_for: z.literal("third_party_clients").exactOptional(),
  allow_all_scopes: z.boolean().exactOptional(),
  allow_any_organization: z.boolean().exactOptional(),
  organization_usage: organizationUsage.exactOptional(),
  authorization_details_types: z.array(z.string()).exactOptional(),
});
const change = z.strictObject({
  scope: scope.nullable().exactOptional(),
  allow_all_scopes: z.boolean().nullable().exactOptional(),
  allow_any_organization: z.boolean().nullable().exactOptional(),
  organization_usage: organizationUsage.nullable().exactOptional(),
  authorization_details_types: z.array(z.string()).exactOptional(),
});

/** Client grants. There is no timestamp on them, and deleting one that is gone is still 204. */
export const CLIENT_GRANT_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: "/client-grants", scopes: ["read:client_grants"], handle: list },
  { method: "GET", path: "/client-grants/{id}", scopes: ["read:client_grants"], handle: get },
  {
    method: "POST",
    path: "/client-grants",
    scopes: ["create:client_grants"],
    logged: "Create client grant",
    handle: create,
  },
  {
    method: "PATCH",
    path: "/client-grants/{id}",
    scopes: ["update:client_grants"],
    logged: "Update client grant",
    handle: update,
  },
  {
    method: "DELETE",
    path: "/client-grants/{id}",
    scopes: ["delete:client_grants"],
    logged: "Delete client grant",
    handle: remove,
  },
];

/** The answer for a grant that is not there. */
export const noSuchGrant = () => inexistent("client_grant", "The grant does not exist.");

const PAGING = {
  property: "client_grants",
  checkpoint: true,
  idOf: (grant: ClientGrantRecord) => grant.id,
  show: (grant: ClientGrantRecord) => grant,
};

/** Query parameters that must equal the grant's field of the same name. */
const FILTERS = ["audience", "client_id", "subject_type", "default_for"] as const;

function list({ context, query }: ApiCall) {
  const anyOrganization = query.get("allow_any_organization");
  if (anyOrganization !== null && anyOrganization !== "true")
    return invalidQuery("allow_any_organization can only be true");
  const filters = FILTERS.filter((name) => query.has(name));
  const all = context.state.clientGrants.all();
  if (filters.length === 0 && anyOrganization === null) return pageOf(all, query, PAGING);
  const grants = all.filter(
    (grant) =>
      filters.every((name) => grant[name] === query.get(name)) &&
      (anyOrganization === null || grant.allow_any_organization === true),
  );
  return pageOf(grants, query, PAGING);
}

function get({ context, parameters }: ApiCall) {
  const grant = context.state.clientGrants.get(parameters.id ?? "");
  return grant ? jsonResponse(200, grant) : noSuchGrant();
}

function create({ context, body }: ApiCall) {
  const { value, refusal } = validate(creation, body);
  if (refusal) return refusal;
  const conflict = checkNewGrant(context, value);
  if (conflict) return conflict;
  const grant: ClientGrantRecord = { id: context.text.grantId(), subject_type: "client", ...value };
  context.state.clientGrants.set(grant.id, grant);
  return jsonResponse(201, grant);
}

function checkNewGrant(context: TenantContext, wanted: z.infer<typeof creation>): SandboxResponse | undefined {
  const { clients, clientGrants, resourceServers } = context.state;
  if ((wanted.client_id === undefined) === (wanted.default_for === undefined)) {
    return apiError(400, "Exactly one of client_id and default_for is needed", "invalid_body");
  }
  const client = wanted.client_id === undefined ? undefined : clients.get(wanted.client_id);
  if (wanted.client_id !== undefined && !client) return inexistent("client", "The client does not exist");
  if (client?.app_type === "express_configuration") {
    return apiError(400, "Client of type express_configuration cannot be used", "validation_error");
  }
  if (!resourceServers.all().some(({ identifier }) => identifier === wanted.audience)) {
    return inexistent("resource_server", "The resource server does not exist");
  }
  const subject = wanted.subject_type ?? "client";
  const exists = clientGrants
    .all()
    .some(
      (grant) =>
        grant.audience === wanted.audience &&
        grant.client_id === wanted.client_id &&
        grant.default_for === wanted.default_for &&
        (grant.subject_type ?? "client") === subject,
    );
  return exists ? apiError(409, "A grant for this client and audience already exists", "grant_conflict") : undefined;
}

function update({ context, parameters, body }: ApiCall) {
  const grant = context.state.clientGrants.get(parameters.id ?? "");
  if (!grant) return noSuchGrant();
  const { value, refusal } = validate(change, body);
  if (refusal) return refusal;
  applyPatch(grant, value);
  return jsonResponse(200, grant);
}

function remove({ context, parameters }: ApiCall) {
  const id = parameters.id ?? "";
  if (context.state.clientGrants.get(id)?.is_system) {
    return apiError(400, "A system grant cannot be deleted.", "operation_not_supported");
  }
  context.state.clientGrants.delete(id);
  context.state.grantOrganizations.delete(id);
  return emptyResponse(204);
}
