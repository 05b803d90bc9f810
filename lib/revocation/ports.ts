import type { TokenAnswer } from "../auth0/ask-for-token.ts";
import type { Login } from "../auth0/login.ts";
import type { Instant } from "../history/history.ts";
import type { LeakedClient } from "./leak/classify.ts";
import type { ApiReading } from "./window/api-looks.ts";

/** The application that leaked, as it is now. Absent fields were not reported. */
export interface RevokedClient extends LeakedClient {
  clientId: string;
  /** The application that stands for the tenant itself: never touched. */
  isGlobal: boolean;
}

/** A public key that is registered for the application, attached or not. */
export interface RegisteredClientKey {
  id: string;
  kid: string | undefined;
  name: string | undefined;
}

/** What the application may do at an API, with all that is needed to give it back. Absent fields were not reported. */
export interface RevokedGrant {
  id: string;
  audience: string;
  scopes: readonly string[];
  /** True: the scopes say nothing, it may all. */
  allowsAllScopes: boolean | undefined;
  subjectType: string | undefined;
  organizationUsage: string | undefined;
  allowsAnyOrganization: boolean | undefined;
  /** What the application may ask for in detail beside scopes (RFC 9396); left out where it says none. */
  authorizationDetailsTypes?: readonly string[];
  /** Auth0's own: cannot be deleted. */
  isSystem: boolean;
  /** Ids; empty where the grant knows no organizations. */
  organizations: readonly string[];
}

/** A grant that is given to the application anew. */
export type NewGrant = Omit<RevokedGrant, "id" | "isSystem">;

/** One of the tenant's keys that sign tokens. */
export interface SigningKey {
  kid: string;
  /**
   * Auth0 shows the current one, the next one and the previous one, and which are revoked. `former`: none of these; only
   * the previous one can be revoked, so that after two rotations a key is neither.
   */
  state: "current" | "next" | "previous" | "revoked" | "former";
}

/** A rule for the tenant's network: see `GET /network-acls`. */
export interface NetworkAcl {
  id: string;
  description: string;
  isActive: boolean;
}

/** An event of the tenant's log, as far as an incident reads it. No secret, no token, no body beyond what is named here. */
export interface LogEvent {
  id: string;
  at: Instant;
  /** Auth0's code, as `seccft` or `sapi`. Source: Auth0 documentation, "Log Event Type Codes". */
  type: string;
  /** Who acted; for `sapi` the application whose token was used. */
  clientId: string | undefined;
  userId: string | undefined;
  ip: string | undefined;
  userAgent: string | undefined;
  description: string | undefined;
  audience: string | undefined;
  /** The scopes that were asked for or given, as the event says. */
  scope: string | undefined;
  /** Of a request to the Management API; the path without its query. */
  request: { method: string; path: string } | undefined;
  /** The `jti` of the token that was used or, in an exchange, given out; where the event names it. */
  tokenId: string | undefined;
  /** Of an application that the request added, where the event names it. */
  createdClient?: string;
  /** Of a grant that the request gave or changed, and whose it is, where the event names both. */
  grant?: { id: string; clientId: string };
  /** Fields of secrets that the answer held, as `mgmt_api_read` names them: names, never values. */
  accessedSecrets: readonly string[];
}

/**
 * A tenant, seen with the responder's login, as far as one application's incident concerns it. Each function is one
 * request, or a few that read.
 *
 * Every function rejects with one of CurfewError's codes for talking to Auth0, and is sent again where that is safe and
 * can help. What a write did when its answer is lost nobody knows; all may be repeated but those that say otherwise.
 */
export interface ResponderTenant {
  /** Undefined when the application is gone. One request, after the one for the token. */
  client(): Promise<RevokedClient | undefined>;
  /** Sets the grant types, all of them. */
  setGrantTypes(types: readonly string[]): Promise<void>;
  keys(): Promise<readonly RegisteredClientKey[]>;
  /** Sets which registered keys the application authenticates with, all of them; at least one. */
  attachKeys(ids: readonly string[]): Promise<void>;
  /** The application's grants, all of them, without their organizations. */
  grants(): Promise<readonly Omit<RevokedGrant, "organizations">[]>;
  /** The ids of the organizations that a grant counts for. */
  organizationsOf(grantId: string): Promise<readonly string[]>;
  /** One that is gone already is no error. */
  deleteGrant(grantId: string): Promise<void>;
  /**
   * Gives a grant, without its organizations; its id. Auth0 refuses a second one for the same audience and subject type
   * (`request-refused`): look at {@link grants} first, and again after a refusal, since an answer may have been lost.
   */
  createGrant(grant: NewGrant): Promise<string>;
  /** One that the grant counts for already is no error. */
  addOrganization(grantId: string, organizationId: string): Promise<void>;
  /** All of the tenant's APIs, as {@link ApiReading} needs them. */
  apis(): Promise<ApiReading["apis"]>;
  signingKeys(): Promise<readonly SigningKey[]>;
  /** Not repeatable: makes the next key the current one. Five writes of signing keys a day. */
  rotateSigningKey(): Promise<void>;
  /** Irreversible. Of a key that is revoked already: no error. */
  revokeSigningKey(kid: string): Promise<void>;
  networkAcls(): Promise<readonly NetworkAcl[]>;
  /**
   * Not repeatable: blocks the Management API for everybody outside of these ranges, as the first rule that is free. A
   * rule of the tenant's own that comes earlier and lets somebody in still does.
   */
  createNetworkAcl(description: string, egress: readonly string[]): Promise<void>;
  /** One that is gone already is no error. */
  deleteNetworkAcl(id: string): Promise<void>;
  /**
   * The id of the newest event of the log from before a moment behind which come all from since then; undefined where it
   * has none. Where more than a thousand came since then, the first of these.
   */
  lastLogEvent(before: Instant): Promise<string | undefined>;
  /**
   * Events in their order, a page at a time, to the end; `from` is a log event's id, exclusive; without it from the
   * oldest kept. Fails with `not-found` or `request-refused` where Auth0 no longer knows that id.
   */
  logEvents(from: string | undefined): AsyncIterable<readonly LogEvent[]>;
  /** Asks the token endpoint as the application would. */
  tokenFor(login: Login, audience: string): Promise<TokenAnswer>;
  /** Takes a new token for the responder itself; keeps the one in use, for {@link isFormerTokenAccepted}. */
  renewToken(): Promise<void>;
  /** Whether the Management API still takes the responder's token from before {@link renewToken}; undefined: nobody knows. */
  isFormerTokenAccepted(): Promise<boolean | undefined>;
}
