import type { SandboxRequest, SandboxResponse } from "../http/message.ts";
import type { TokenVerdict } from "../keys/verify-token.ts";
import { apiError } from "./api-error.ts";

/** Who calls the Management API, as the token says. */
export interface Bearer {
  clientId: string;
  /** The user, where a user's token is used. */
  userId: string | null;
  scopes: ReadonlySet<string>;
  tokenId: string | null;
}

/** Reads and checks the bearer token; a refusal is the answer to give. */
export function createAuthorizer(
  verify: (token: string) => Promise<TokenVerdict>,
): (request: SandboxRequest) => Promise<Bearer | SandboxResponse> {
  return async (request) => {
    const token = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (token === undefined) return apiError(401, "Missing authentication");
    const verdict = await verify(token);
    if (verdict.kind === "expired") {
      return apiError(401, "Expired token received for JSON Web Token validation", "invalid_token");
    }
    if (verdict.kind === "invalid") {
      return apiError(401, "Invalid signature received for JSON Web Token validation", "invalid_token");
    }
    const { sub = "", azp, client_id, scope, jti } = verdict.claims;
    const machine = sub.endsWith("@clients");
    return {
      clientId: String(azp ?? client_id ?? sub.replace(/@clients$/, "")),
      userId: machine ? null : sub,
      scopes: new Set(typeof scope === "string" ? scope.split(" ") : []),
      tokenId: jti ?? null,
    };
  };
}
