import type { Reference } from "./define-check.ts";

// Pages that several checks of secrets and keys refer to.

export const AUTH0_APPLICATION_CREDENTIALS: Reference = {
  title: "Auth0: Application Credentials",
  url: "https://auth0.com/docs/secure/application-credentials",
};

export const AUTH0_ROTATE_CREDENTIALS: Reference = {
  title: "Auth0: Rotate Credentials",
  url: "https://auth0.com/docs/get-started/applications/rotate-credentials",
};

export const AUTH0_CREDENTIAL_SETTINGS: Reference = {
  title: "Auth0: Credential Settings",
  url: "https://auth0.com/docs/get-started/applications/credentials",
};

export const AUTH0_SIGNING_ALGORITHMS: Reference = {
  title: "Auth0: Signing Algorithms",
  url: "https://auth0.com/docs/get-started/applications/signing-algorithms",
};

/** A policy of CISA's secure configuration baseline for Microsoft Entra ID; what it asks of applications fits Auth0's. */
export const cisaEntra = (policy: string): Reference => ({
  title: `CISA SCuBA, ${policy}`,
  url: "https://github.com/cisagov/ScubaGear/blob/main/PowerShell/ScubaGear/baselines/aad.md",
});

/** A requirement of OWASP ASVS 5.0, chapter 9 (self-contained tokens). */
export const asvsTokens = (requirement: string): Reference => ({
  title: `OWASP ASVS 5.0, ${requirement}`,
  url: "https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x18-V9-Self-contained-Tokens.md",
});

/** A requirement of OWASP ASVS 5.0, chapter 13 (configuration). */
export const asvsConfiguration = (requirement: string): Reference => ({
  title: `OWASP ASVS 5.0, ${requirement}`,
  url: "https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x22-V13-Configuration.md",
});
