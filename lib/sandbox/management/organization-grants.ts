import * as z from "zod";
import { emptyResponse, jsonResponse } from "../http/message.ts";
import type { ClientGrantRecord, OrganizationRecord } from "../state/records.ts";
import { apiError, inexistent, invalidQuery } from "./api-error.ts";
import { noSuchGrant } from "./client-grants.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { pageOf } from "./paging.ts";
import { project } from "./projection.ts";
import { validate } from "./validate.ts";

const association = z.strictObject({ grant_id: z.string() });

/** Which organizations may use which client grants. */
export const ORGANIZATION_GRANT_ENDPOINTS: Endpoint[] = [
  {
    method: "GET",
    path: "/client-grants/{id}/organizations",
    scopes: ["read:organization_client_grants"],
    handle: listOrganizations,
  },
  {
    method: "GET",
    path: "/organizations/{id}/client-grants",
    scopes: ["read:organization_client_grants"],
    handle: listGrants,
  },
  {
    method: "POST",
    path: "/organizations/{id}/client-grants",
    scopes: ["create:organization_client_grants"],
    logged: "Associate a client grant with an organization",
    handle: associate,
  },
  {
    method: "DELETE",
    path: "/organizations/{id}/client-grants/{grant_id}",
    scopes: ["delete:organization_client_grants"],
    logged: "Remove a client grant from an organization",
    handle: dissociate,
  },
];

/** What of a grant is shown here; the rest of its fields are the grant endpoints' business. */
const SHOWN = ["id", "client_id", "audience", "scope", "organization_usage", "allow_any_organization"];

const noSuchOrganization = () => inexistent("organization", "No organization found by that id or name");

const show = (grant: ClientGrantRecord) => project(grant, { fields: SHOWN, include: true });

function listOrganizations({ context, parameters, query }: ApiCall) {
  const { clientGrants, grantOrganizations, organizations } = context.state;
  const id = parameters.id ?? "";
  if (!clientGrants.has(id)) return noSuchGrant();
  const associated = [...(grantOrganizations.get(id) ?? [])].flatMap(
    (organization) => organizations.get(organization) ?? [],
  );
  return pageOf(associated, query, {
    property: "organizations",
    checkpoint: true,
    idOf: (organization: OrganizationRecord) => organization.id,
    show: (organization: OrganizationRecord) => organization,
  });
}

function listGrants({ context, parameters, query }: ApiCall) {
  const { clientGrants, grantOrganizations, organizations } = context.state;
  const id = parameters.id ?? "";
  if (!organizations.has(id)) return invalidQuery("there is no such organization");
  const wanted = ["audience", "client_id"].filter((name) => query.has(name));
  const associated = clientGrants
    .all()
    .filter(
      (grant) => grantOrganizations.get(grant.id)?.has(id) && wanted.every((name) => grant[name] === query.get(name)),
    );
  return pageOf(associated, query, { property: "client_grants", checkpoint: false, idOf: idOfGrant, show });
}

const idOfGrant = (grant: ClientGrantRecord) => grant.id;

function associate({ context, parameters, body }: ApiCall) {
  const { clientGrants, grantOrganizations, organizations } = context.state;
  const id = parameters.id ?? "";
  if (!organizations.has(id)) return noSuchOrganization();
  const { value, refusal } = validate(association, body);
  if (refusal) return refusal;
  const grant = clientGrants.get(value.grant_id);
  if (!grant) return noSuchGrant();
  const usage = grant.organization_usage ?? "deny";
  if (usage === "deny") return apiError(400, "The grant cannot be used for organizations.", "operation_not_supported");
  const associated = grantOrganizations.get(grant.id) ?? new Set();
  if (associated.has(id))
    return apiError(409, "The grant is associated already.", "organization_client_grant_conflict");
  grantOrganizations.set(grant.id, associated.add(id));
  return jsonResponse(201, show(grant));
}

/** Removing an association that is gone is no error. */
function dissociate({ context, parameters }: ApiCall) {
  const id = parameters.id ?? "";
  if (!context.state.organizations.has(id)) return noSuchOrganization();
  context.state.grantOrganizations.get(parameters.grant_id ?? "")?.delete(id);
  return emptyResponse(204);
}
