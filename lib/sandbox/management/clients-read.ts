import { jsonResponse } from "../http/message.ts";
import type { ClientRecord } from "../state/records.ts";
import { inexistent } from "./api-error.ts";
import { checkClientProjection, showClient } from "./client-view.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { pageOf } from "./paging.ts";
import { projectionOf } from "./projection.ts";

const READ_SCOPES = ["read:clients", "read:client_keys", "read:client_credentials", "read:client_summary"];

/** The answer for a client that is not there. */
export const noSuchClient = () => inexistent("client", "The client does not exist");

/** Reading applications. */
export const CLIENT_READ_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: "/clients", scopes: READ_SCOPES, handle: listClients },
  { method: "GET", path: "/clients/{id}", scopes: READ_SCOPES, handle: getClient },
];

function listClients({ context, query, scopes }: ApiCall) {
  const projection = projectionOf(query);
  const refused = checkClientProjection(projection, scopes);
  if (refused) return refused;
  let secrets = false;
  const show = (client: ClientRecord) => {
    const shown = showClient(client, projection, scopes);
    if ("client_secret" in shown) secrets = true;
    return shown;
  };
  const paging = { property: "clients", checkpoint: true, idOf: (client: ClientRecord) => client.client_id, show };
  const response = pageOf(selectClients(context.state.clients, query), query, paging);
  return { response, secrets: secrets ? ["client_secret"] : [] };
}

/** Applies the filters of the list; `global` never changes in a client, so that filter's result is kept. */
function selectClients(clients: ApiCall["context"]["state"]["clients"], query: URLSearchParams) {
  const global = query.get("is_global");
  const base =
    global === null ? clients.all() : clients.subset(`global:${global}`, (client) => String(client.global) === global);
  const appTypes = query.get("app_type")?.split(",");
  const firstParty = query.get("is_first_party");
  if (!appTypes && firstParty === null) return base;
  return base.filter(
    (client) =>
      (!appTypes || appTypes.includes(client.app_type ?? "")) &&
      (firstParty === null || String(client.is_first_party ?? true) === firstParty),
  );
}

function getClient({ context, parameters, query, scopes }: ApiCall) {
  const projection = projectionOf(query);
  const refused = checkClientProjection(projection, scopes);
  if (refused) return refused;
  const client = context.state.clients.get(parameters.id ?? "");
  if (!client) return noSuchClient();
  const shown = showClient(client, projection, scopes);
  return { response: jsonResponse(200, shown), secrets: secretsIn(shown) };
}

/** The names of the secrets in an answer about one client. */
export function secretsIn(shown: object): string[] {
  return ["client_secret", "signing_secret"].filter((field) => Object.hasOwn(shown, field));
}
