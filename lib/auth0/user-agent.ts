/**
 * How Curfew names itself in every request to Auth0, so that its own requests can be told apart in a tenant's log.
 * Auth0 often rewrites what it logs ("Other 0.0.0 / Other 0.0.0"), so nothing may depend on finding it there.
 */
export const USER_AGENT = "curfew/1";

/** True for a logged user agent that is Curfew's. */
export const isCurfew = (userAgent: string): boolean => /^curfew\//i.test(userAgent);
