import { hours } from "../model/duration.ts";

/**
 * Auth0's default lifetime of an ID token.
 * Source: Auth0 documentation, "Update ID Token Lifetime"; the OpenAPI document has the same.
 */
export const DEFAULT_ID_TOKEN_LIFETIME = hours(10);
