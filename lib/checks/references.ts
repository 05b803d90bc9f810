import type { Reference } from "./define-check.ts";

// Pages that more than one check refers to. A page that only one check needs stands in that check's file.

export const AUTH0_ACCESS_TOKEN_LIFETIME: Reference = {
  title: "Auth0: Update Access Token Lifetime",
  url: "https://auth0.com/docs/secure/tokens/access-tokens/update-access-token-lifetime",
};

export const AUTH0_REFRESH_TOKEN_EXPIRATION: Reference = {
  title: "Auth0: Configure Refresh Token Expiration",
  url: "https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-expiration",
};

export const AUTH0_REFRESH_TOKEN_ROTATION: Reference = {
  title: "Auth0: Configure Refresh Token Rotation",
  url: "https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation",
};

export const AUTH0_SESSION_LIFETIME: Reference = {
  title: "Auth0: Configure Session Lifetime",
  url: "https://auth0.com/docs/manage-users/sessions/configure-session-lifetime",
};

export const AUTH0_SESSION_LIFECYCLE: Reference = {
  title: "Auth0: Session Lifecycle",
  url: "https://auth0.com/docs/manage-users/sessions/session-lifecycle",
};

export const RFC_9700_REFRESH_TOKENS: Reference = {
  title: "RFC 9700, 2.2.2: refresh tokens",
  url: "https://www.rfc-editor.org/rfc/rfc9700#section-2.2.2",
};

export const RFC_9700_REFRESH_TOKEN_PROTECTION: Reference = {
  title: "RFC 9700, 4.14.2: protecting refresh tokens",
  url: "https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2",
};

export const NIST_800_63B: Reference = {
  title: "NIST SP 800-63B-4: authentication and authenticator management",
  url: "https://pages.nist.gov/800-63-4/sp800-63b.html",
};

/** A requirement of OWASP ASVS 5.0, chapter 10 (OAuth and OIDC). */
export const asvsOauth = (requirement: string): Reference => ({
  title: `OWASP ASVS 5.0, ${requirement}`,
  url: "https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x19-V10-OAuth-and-OIDC.md",
});

/** A requirement of OWASP ASVS 5.0, chapter 7 (session management). */
export const asvsSession = (requirement: string): Reference => ({
  title: `OWASP ASVS 5.0, ${requirement}`,
  url: "https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x16-V7-Session-Management.md",
});
