import * as z from "zod";
import { emptyResponse, jsonResponse } from "../http/message.ts";
import { newCredential } from "../state/new-credential.ts";
import type { CredentialRecord, JsonObject } from "../state/records.ts";
import { apiError, inexistent, invalidBody } from "./api-error.ts";
import { attachedIds } from "./client-authentication-change.ts";
import { noSuchClient } from "./clients-read.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { validate } from "./validate.ts";

/** Auth0 docs: a client has at most two registered keys. */
const MOST_CREDENTIALS = 2;

const creation = z.strictObject({
  credential_type: z.enum(["public_key", "x509_cert", "cert_subject_dn"]),
  name: z.string().max(128).exactOptional(),
  pem: z.string().exactOptional(),
  subject_dn: z.string().min(1).max(256).exactOptional(),
  alg: z.enum(["RS256", "RS384", "PS256"]).exactOptional(),
  kid: z
    .string()
    .regex(/^[0-9A-Za-z_-]{10,64}$/)
    .exactOptional(),
  parse_expiry_from_cert: z.boolean().exactOptional(),
  expires_at: z.iso.datetime({ offset: true }).exactOptional(),
});
const change = z.strictObject({ expires_at: z.iso.datetime({ offset: true }).nullable() });

const LIST = "/clients/{client_id}/credentials";
const ONE = "/clients/{client_id}/credentials/{credential_id}";

/** Registered keys of a client. */
export const CLIENT_CREDENTIAL_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: LIST, scopes: ["read:client_credentials"], handle: list },
  { method: "GET", path: ONE, scopes: ["read:client_credentials"], handle: get },
  {
    method: "POST",
    path: LIST,
    scopes: ["create:client_credentials"],
    feature: "privateKeyJwt",
    logged: "Create a client credential",
    handle: create,
  },
  {
    method: "PATCH",
    path: ONE,
    scopes: ["update:client_credentials"],
    feature: "privateKeyJwt",
    logged: "Update a client credential",
    handle: update,
  },
  {
    method: "DELETE",
    path: ONE,
    scopes: ["delete:client_credentials"],
    logged: "Delete a client credential",
    handle: remove,
  },
];

const notFound = () => inexistent("credential", "The credential does not exist.");

/** What is shown of a credential: everything but the key itself. */
function show({ pem: _, ...shown }: CredentialRecord): JsonObject {
  return shown;
}

/** Paging parameters are ignored: the list is always whole, and a plain array. */
function list({ context, parameters }: ApiCall) {
  const id = parameters.client_id ?? "";
  if (!context.state.clients.has(id)) return noSuchClient();
  return jsonResponse(200, (context.state.credentials.get(id) ?? []).map(show));
}

function find({ context, parameters }: ApiCall): CredentialRecord | undefined {
  const credentials = context.state.credentials.get(parameters.client_id ?? "");
  return credentials?.find(({ id }) => id === parameters.credential_id);
}

function get(call: ApiCall) {
  const credential = find(call);
  return credential ? jsonResponse(200, show(credential)) : notFound();
}

async function create({ context, parameters, body }: ApiCall) {
  const id = parameters.client_id ?? "";
  if (!context.state.clients.has(id)) return noSuchClient();
  const { value, refusal } = validate(creation, body);
  if (refusal) return refusal;
  const present = context.state.credentials.get(id) ?? [];
  if (present.length >= MOST_CREDENTIALS) {
    return apiError(400, `A client can have ${MOST_CREDENTIALS} credentials at most.`, "operation_not_supported");
  }
  const credential = await newCredential(value, context.text.credentialId(), context.clock.now());
  if (!credential) return invalidBody("pem is neither a public RSA key nor a certificate");
  context.state.credentials.set(id, [...present, credential]);
  return jsonResponse(201, show(credential));
}

/** Answers 200, as recorded; the reference says 201. */
function update(call: ApiCall) {
  const credential = find(call);
  if (!credential) return notFound();
  const { value, refusal } = validate(change, call.body);
  if (refusal) return refusal;
  if (value.expires_at === null) delete credential.expires_at;
  else credential.expires_at = new Date(value.expires_at).toISOString();
  credential.updated_at = new Date(call.context.clock.now()).toISOString();
  return jsonResponse(200, show(credential));
}

function remove(call: ApiCall) {
  const { context, parameters } = call;
  const id = parameters.client_id ?? "";
  const credential = find(call);
  if (!credential) return emptyResponse(204);
  if (attachedIds(context.state.clients.get(id)?.client_authentication_methods ?? {}).includes(credential.id)) {
    return apiError(400, "The credential is in use and must be detached first.", "operation_not_supported");
  }
  const rest = context.state.credentials.get(id)?.filter((other) => other !== credential) ?? [];
  context.state.credentials.set(id, rest);
  return emptyResponse(204);
}
