import * as z from "zod";
import { emptyResponse, jsonResponse } from "../http/message.ts";
import type { NetworkAclRecord } from "../state/records.ts";
import { tenantNameOf } from "../state/tenant-name.ts";
import { apiError, inexistent } from "./api-error.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { pageOf } from "./paging.ts";
import { validate } from "./validate.ts";

const criteria = z.record(z.string(), z.array(z.union([z.string(), z.number()])));
const flag = z.literal(true).exactOptional();
const rule = z
  .strictObject({
    action: z.strictObject({
      block: flag,
      allow: flag,
      log: flag,
      redirect: flag,
      redirect_uri: z.string().exactOptional(),
    }),
    match: criteria.exactOptional(),
    not_match: criteria.exactOptional(),
    scope: z.enum(["management", "authentication", "tenant", "dynamic_client_registration"]),
  })
  .refine(({ match, not_match }) => match || not_match, "match or not_match is needed");
const whole = z.strictObject({
  description: z.string().max(255),
  active: z.boolean(),
  priority: z.number().min(1).max(100).exactOptional(),
  rule,
});
const change = whole.partial();

const PATH = "/network-acls/{id}";

/** Network access control lists. They are enforced: see `network-acl-rules.ts`. */
export const NETWORK_ACL_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: "/network-acls", scopes: ["read:network_acls"], feature: "networkAcls", handle: list },
  { method: "GET", path: PATH, scopes: ["read:network_acls"], feature: "networkAcls", handle: get },
  {
    method: "POST",
    path: "/network-acls",
    scopes: ["create:network_acls"],
    feature: "networkAcls",
    logged: "Create a network ACL",
    handle: create,
  },
  {
    method: "PUT",
    path: PATH,
    scopes: ["update:network_acls"],
    feature: "networkAcls",
    logged: "Replace a network ACL",
    handle: replace,
  },
  {
    method: "PATCH",
    path: PATH,
    scopes: ["update:network_acls"],
    feature: "networkAcls",
    logged: "Update a network ACL",
    handle: update,
  },
  {
    method: "DELETE",
    path: PATH,
    scopes: ["delete:network_acls"],
    feature: "networkAcls",
    logged: "Delete a network ACL",
    handle: remove,
  },
];

const notFound = () => inexistent("network_acl", "The network ACL does not exist.");

function list({ context, query }: ApiCall) {
  return pageOf(context.state.networkAcls.all(), query, {
    property: "network_acls",
    checkpoint: false,
    idOf: (acl: NetworkAclRecord) => acl.id,
    show: (acl: NetworkAclRecord) => acl,
  });
}

/** Read alone, an ACL also says whose it is and that it was not deleted; lists and writes do not. */
function get({ context, parameters }: ApiCall) {
  const acl = context.state.networkAcls.get(parameters.id ?? "");
  if (!acl) return notFound();
  return jsonResponse(200, { tenant_id: tenantNameOf(context.domain), ...acl, deleted_at: null });
}

/** Auth0's reference: where none is said. */
const DEFAULT_PRIORITY = 50;

function create({ context, body }: ApiCall) {
  const { value, refusal } = validate(whole, body);
  if (refusal) return refusal;
  const now = new Date(context.clock.now()).toISOString();
  const acl = toRecord({
    priority: DEFAULT_PRIORITY,
    ...value,
    created_at: now,
    updated_at: now,
    id: context.text.networkAclId(),
  });
  if (priorityTaken(context, acl)) return conflict();
  context.state.networkAcls.set(acl.id, acl);
  return jsonResponse(201, acl);
}

function replace(call: ApiCall) {
  return write(call, whole);
}

function update(call: ApiCall) {
  return write(call, change);
}

function write({ context, parameters, body }: ApiCall, schema: typeof whole | typeof change) {
  const acl = context.state.networkAcls.get(parameters.id ?? "");
  if (!acl) return notFound();
  const { value, refusal } = validate<z.infer<typeof change>>(schema, body);
  if (refusal) return refusal;
  const changed = toRecord({ ...acl, ...value, updated_at: new Date(context.clock.now()).toISOString() });
  if (priorityTaken(context, changed)) return conflict();
  Object.assign(acl, changed);
  return jsonResponse(200, acl);
}

/** Answers 200, as real tenants do; the reference says 204. */
function remove({ context, parameters }: ApiCall) {
  return context.state.networkAcls.delete(parameters.id ?? "") ? emptyResponse(200) : notFound();
}

/** Auth0 docs: every network ACL has a priority of its own. */
function priorityTaken({ state }: ApiCall["context"], acl: NetworkAclRecord): boolean {
  return state.networkAcls.all().some(({ id, priority }) => id !== acl.id && priority === acl.priority);
}

const conflict = () => apiError(409, "A network ACL with the same priority already exists", "network_acl_conflict");

/** The body was checked by the schema; this only gives it its name. */
function toRecord(fields: object): NetworkAclRecord {
  return fields as NetworkAclRecord;
}
