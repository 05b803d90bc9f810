import type { SandboxResponse } from "../http/message.ts";
import type { Features } from "../plan.ts";
import type { JsonObject } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";

/** An authorized call of a Management API endpoint. */
export interface ApiCall {
  context: TenantContext;
  parameters: Record<string, string>;
  query: URLSearchParams;
  /** The parsed JSON body; an empty object where none was sent. */
  body: JsonObject;
  /** The scopes of the token. */
  scopes: ReadonlySet<string>;
}

/** An answer, and what the tenant's log should say about it. */
export interface ApiAnswer {
  response: SandboxResponse;
  /** Names of secrets that the answer contains; they cause a `mgmt_api_read` event. */
  secrets?: string[];
}

/** One endpoint of the Management API. */
export interface Endpoint {
  method: string;
  /** Template under `/api/v2`, for instance `/clients/{id}`. */
  path: string;
  /** Any one of these scopes is enough to be let in. */
  scopes: readonly string[];
  /** What a write is called in the tenant's log; reads have none. */
  logged?: string;
  /** The feature without which the tenant refuses. */
  feature?: keyof Features;
  handle(call: ApiCall): SandboxResponse | ApiAnswer | Promise<SandboxResponse | ApiAnswer>;
}
