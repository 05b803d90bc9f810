import { jsonResponse, type SandboxResponse } from "../http/message.ts";

/** An error of the token endpoint, in OAuth's shape. */
export function oauthError(status: number, error: string, description: string): SandboxResponse {
  return jsonResponse(status, { error, error_description: description });
}

/** What a client hears that did not prove who it is. */
export const unauthorized = () => oauthError(401, "access_denied", "Unauthorized");
