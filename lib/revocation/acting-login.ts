import type { ManagementApi } from "../auth0/management-api.ts";
import { LOGIN_WORDS } from "../config/logins.ts";
import { CurfewError, hasCode } from "../model/curfew-error.ts";

/** The login that acts in an incident: its key in the configuration, and its application in Auth0. */
export interface ActingLogin {
  role: "responder" | "spareResponder";
  clientId: string;
}

/** In a sentence: `spare responder (pqr)`. */
export const actingWords = ({ role, clientId }: ActingLogin): string => `${LOGIN_WORDS[role]} (${clientId})`;

/** That Auth0 gives the login that acts no token, or that it lacks a scope. What leaked may be the other one of the two. */
export class ActingRefused extends CurfewError {
  readonly login: ActingLogin;

  constructor(cause: CurfewError, login: ActingLogin) {
    const { code, message, retryable, detail } = cause;
    super(code, message, { retryable, cause, ...(detail === null ? {} : { detail }) });
    this.login = login;
  }
}

/** The same Management API, whose refusals name who was refused. */
export function actingAs(login: ActingLogin, api: ManagementApi): ManagementApi {
  const named = (error: unknown): never => {
    throw hasCode(error, "credentials-refused", "no-grant", "missing-scope") ? new ActingRefused(error, login) : error;
  };
  return {
    traffic: api.traffic,
    send: (request, shape, signal) => api.send(request, shape, signal).catch(named),
    scopes: () => api.scopes().catch(named),
    renew: () => api.renew().catch(named),
  };
}
