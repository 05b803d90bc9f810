import * as z from "zod";
import { emptyResponse, jsonResponse } from "../http/message.ts";
import type { ActionRecord } from "../state/records.ts";
import { apiError } from "./api-error.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { checkPagingQuery } from "./paging.ts";
import { validate } from "./validate.ts";

const secrets = z.array(z.looseObject({ name: z.string().min(1), value: z.string().exactOptional() })).exactOptional();
const change = z.looseObject({
  name: z.string().min(1).exactOptional(),
  code: z.string().exactOptional(),
  runtime: z.string().exactOptional(),
  secrets,
  id: z.never().exactOptional(),
});
const creation = change.extend({
  name: z.string().min(1),
  supported_triggers: z.array(z.looseObject({ id: z.string(), version: z.string().exactOptional() })).min(1),
});

/** Actions. Of their secrets only names and dates can be read. */
export const ACTION_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: "/actions/actions", scopes: ["read:actions"], feature: "actions", handle: list },
  { method: "GET", path: "/actions/actions/{id}", scopes: ["read:actions"], feature: "actions", handle: get },
  {
    method: "POST",
    path: "/actions/actions",
    scopes: ["create:actions"],
    feature: "actions",
    logged: "Create an action",
    handle: create,
  },
  {
    method: "PATCH",
    path: "/actions/actions/{id}",
    scopes: ["update:actions"],
    feature: "actions",
    logged: "Update an action",
    handle: update,
  },
  {
    method: "DELETE",
    path: "/actions/actions/{id}",
    scopes: ["delete:actions"],
    feature: "actions",
    logged: "Delete an action",
    handle: remove,
  },
];

const notFound = () => apiError(404, "That action does not exist.", "not_found");

/** This list always has a total and never needs to be asked for it. Unlike elsewhere the page's position is `page`. */
function list({ context, query }: ApiCall) {
  const problem = checkPagingQuery(query);
  if (problem) return problem;
  const name = query.get("actionName");
  const all = [...context.state.actions.all()].filter((action) => name === null || action.name === name);
  const perPage = Number(query.get("per_page") ?? 20);
  const page = Number(query.get("page") ?? 0);
  const actions = all.slice(page * perPage, (page + 1) * perPage);
  return jsonResponse(200, { actions, total: all.length, page, per_page: perPage });
}

function get({ context, parameters }: ApiCall) {
  const action = context.state.actions.get(parameters.id ?? "");
  return action ? jsonResponse(200, action) : notFound();
}

function create({ context, body }: ApiCall) {
  const { value, refusal } = validate(creation, body);
  if (refusal) return refusal;
  const now = new Date(context.clock.now()).toISOString();
  const action: ActionRecord = {
    id: context.text.uuid(),
    code: "",
    runtime: "node22",
    dependencies: [],
    status: "built",
    all_changes_deployed: false,
    ...value,
    created_at: now,
    updated_at: now,
    secrets: storedSecrets(value.secrets, now),
  };
  context.state.actions.set(action.id, action);
  return jsonResponse(201, action);
}

function update({ context, parameters, body }: ApiCall) {
  const action = context.state.actions.get(parameters.id ?? "");
  if (!action) return notFound();
  const { value, refusal } = validate(change, body);
  if (refusal) return refusal;
  const now = new Date(context.clock.now()).toISOString();
  const { secrets: changed, ...rest } = value;
  Object.assign(action, rest, { updated_at: now });
  if (changed) action.secrets = keepUnchanged(action, storedSecrets(changed, now), changed);
  return jsonResponse(200, action);
}

function remove({ context, parameters }: ApiCall) {
  return context.state.actions.delete(parameters.id ?? "") ? emptyResponse(204) : notFound();
}

function storedSecrets(
  given: z.infer<typeof secrets> | undefined,
  now: string,
): { name: string; updated_at: string }[] {
  return (given ?? []).map(({ name }) => ({ name, updated_at: now }));
}

/** A secret that comes without a value keeps its date: it was only mentioned. */
function keepUnchanged(
  action: ActionRecord,
  stored: { name: string; updated_at: string }[],
  given: NonNullable<z.infer<typeof secrets>>,
) {
  return stored.map((secret, index) => {
    if (given[index]?.value !== undefined) return secret;
    return action.secrets?.find(({ name }) => name === secret.name) ?? secret;
  });
}
