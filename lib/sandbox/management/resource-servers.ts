import * as z from "zod";
import { emptyResponse, jsonResponse } from "../http/message.ts";
import { newResourceServer } from "../state/new-resource-server.ts";
import type { ResourceServerRecord } from "../state/records.ts";
import { apiError, inexistent } from "./api-error.ts";
import { applyPatch } from "./apply-patch.ts";
import { secretsIn } from "./clients-read.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { pageOf } from "./paging.ts";
import { project, projectionOf } from "./projection.ts";
import { validate } from "./validate.ts";

/** Auth0 docs: an access token may live 30 days at most. */
const LONGEST_LIFETIME = 2_592_000;

const settings = z.looseObject({
  name: z.string().max(200).exactOptional(),
  signing_alg: z.enum(["HS256", "RS256", "RS512", "PS256"]).exactOptional(),
  signing_secret: z.string().min(16).exactOptional(),
  token_lifetime: z.int().min(0).max(LONGEST_LIFETIME).exactOptional(),
  token_lifetime_for_web: z.int().min(0).max(LONGEST_LIFETIME).exactOptional(),
  token_dialect: z
    .enum(["access_token", "access_token_authz", "rfc9068_profile", "rfc9068_profile_authz"])
    .exactOptional(),
  allow_offline_access: z.boolean().exactOptional(),
  id: z.never().exactOptional(),
  is_system: z.never().exactOptional(),
});
const creation = settings.extend({ identifier: z.string().min(1).max(600) });
const change = settings.extend({ identifier: z.never().exactOptional() });

/** APIs. Answers show the signing secret of HS256 APIs, as Auth0 does. */
export const RESOURCE_SERVER_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: "/resource-servers", scopes: ["read:resource_servers"], handle: list },
  { method: "GET", path: "/resource-servers/{id}", scopes: ["read:resource_servers"], handle: get },
  {
    method: "POST",
    path: "/resource-servers",
    scopes: ["create:resource_servers"],
    logged: "Create a Resource Server",
    handle: create,
  },
  {
    method: "PATCH",
    path: "/resource-servers/{id}",
    scopes: ["update:resource_servers"],
    logged: "Update a Resource Server",
    handle: update,
  },
  {
    method: "DELETE",
    path: "/resource-servers/{id}",
    scopes: ["delete:resource_servers"],
    logged: "Delete a Resource Server",
    handle: remove,
  },
];

/** Finds an API by id or by identifier; an identifier may arrive encoded twice, as some clients send it. */
function find({ context, parameters }: ApiCall): ResourceServerRecord | undefined {
  const id = parameters.id ?? "";
  const names = [id, decodeAgain(id)];
  const servers = context.state.resourceServers;
  return servers.get(id) ?? servers.all().find((server) => names.includes(server.identifier));
}

function decodeAgain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const notFound = () => inexistent("resource_server", "The resource server does not exist");

function list({ context, query }: ApiCall) {
  const projection = projectionOf(query);
  const wanted = query.getAll("identifiers");
  const all = context.state.resourceServers.all();
  const servers = wanted.length === 0 ? all : all.filter(({ identifier }) => wanted.includes(identifier));
  let secrets = false;
  const show = (server: ResourceServerRecord) => {
    const shown = project(server, projection);
    if ("signing_secret" in shown) secrets = true;
    return shown;
  };
  const paging = { property: "resource_servers", checkpoint: false, idOf: idOfServer, show };
  const response = pageOf(servers, query, paging);
  return { response, secrets: secrets ? ["signing_secret"] : [] };
}

const idOfServer = (server: ResourceServerRecord) => server.id;

function get(call: ApiCall) {
  const server = find(call);
  if (!server) return notFound();
  const shown = project(server, projectionOf(call.query));
  return { response: jsonResponse(200, shown), secrets: secretsIn(shown) };
}

function create({ context, body }: ApiCall) {
  const { value, refusal } = validate(creation, body);
  if (refusal) return refusal;
  const { resourceServers } = context.state;
  if (resourceServers.all().some(({ identifier }) => identifier === value.identifier)) {
    return apiError(409, "A resource server with the same identifier already exists", "resource_server_conflict");
  }
  const server = newResourceServer(value, context.text);
  resourceServers.set(server.id, server);
  return { response: jsonResponse(201, server), secrets: secretsIn(server) };
}

/** Answers 200, as recorded; the reference says 201. */
function update(call: ApiCall) {
  const server = find(call);
  if (!server) return notFound();
  const { value, refusal } = validate(change, call.body);
  if (refusal) return refusal;
  applyPatch(server, value);
  if (server.signing_alg === "HS256") server.signing_secret ??= call.context.text.clientSecret();
  return { response: jsonResponse(200, server), secrets: secretsIn(server) };
}

function remove(call: ApiCall) {
  const server = find(call);
  if (server?.is_system) return apiError(400, "System resource servers cannot be deleted", "operation_not_supported");
  if (server) {
    const { resourceServers, clientGrants } = call.context.state;
    resourceServers.delete(server.id);
    for (const grant of clientGrants.all()) if (grant.audience === server.identifier) clientGrants.delete(grant.id);
  }
  return emptyResponse(204);
}
