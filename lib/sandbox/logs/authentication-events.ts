import type { Issuance } from "../authentication/client-credentials-grant.ts";
import type { SandboxRequest } from "../http/message.ts";
import type { ClientRecord } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";

/** A request to the token endpoint as the log sees it. */
export interface TokenExchange {
  context: TenantContext;
  request: SandboxRequest;
  parameters: ReadonlyMap<string, string>;
  grantType: string;
}

/** Event types of success and failure by grant type. Other grants are not logged. */
const EVENT_TYPES: Record<string, { ok: string; failed: string; name: string }> = {
  client_credentials: { ok: "seccft", failed: "feccft", name: "Client credentials" },
  authorization_code: { ok: "seacft", failed: "feacft", name: "Authorization code" },
  refresh_token: { ok: "sertft", failed: "fertft", name: "Refresh token" },
};

/** Writes the event of a token exchange. A failure's description is what the client was told. */
export function logTokenExchange(exchange: TokenExchange, client: ClientRecord | undefined, issuance: Issuance): void {
  const { context, request, parameters, grantType } = exchange;
  const types = Object.hasOwn(EVENT_TYPES, grantType) ? EVENT_TYPES[grantType] : undefined;
  if (!types) return;
  const { issued } = issuance;
  context.log({
    type: issued ? types.ok : types.failed,
    description: issued ? `${types.name} for access token` : reasonOf(issuance),
    client_id: parameters.get("client_id") ?? client?.client_id ?? "",
    client_name: client?.name ?? "",
    ip: request.sourceAddress,
    user_agent: request.headers.get("user-agent") ?? "unknown",
    audience: issued?.audience ?? parameters.get("audience") ?? "",
    ...(issued ? { scope: issued.scope } : {}),
    details: issued ? { actions: { executions: [] }, access_token_jti: issued.tokenId } : {},
  });
}

function reasonOf({ response }: Issuance): string {
  if (typeof response.body !== "string") return "";
  const { error_description: description } = JSON.parse(response.body) as { error_description?: string };
  return description ?? "";
}
