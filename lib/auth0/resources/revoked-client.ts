import * as z from "zod";
import { reported } from "../../model/reported.ts";
import { client, clientAuthentication } from "./client.ts";
import { deciding } from "./deciding.ts";

/**
 * The slice of an application that an incident is about. What is given back later, and whether it may be touched at
 * all, must be understood; the rest may be odd: an application must be closed whatever somebody did to it.
 * Source: Management API, `GET /api/v2/clients/{id}`.
 */
export const revokedClient = z.object({
  client_id: z.string().min(1),
  name: reported(z.string()),
  app_type: client.shape.app_type,
  token_endpoint_auth_method: client.shape.token_endpoint_auth_method,
  global: deciding(z.boolean()),
  grant_types: deciding(z.array(z.string())),
});

/** The same, for tokens with `read:client_credentials`: others are not told how an application authenticates. */
export const revokedClientWithKeys = revokedClient.extend({
  client_authentication_methods: clientAuthentication.shape.client_authentication_methods,
});
