import type { Reference } from "./define-check.ts";

// Pages that several checks of grants refer to.

export const AUTH0_CLIENT_GRANTS: Reference = {
  title: "Auth0: Application Access to APIs: Client Grants",
  url: "https://auth0.com/docs/get-started/applications/application-access-to-apis-client-grants",
};

export const AUTH0_API_ACCESS_POLICIES: Reference = {
  title: "Auth0: API Access Policies for Applications",
  url: "https://auth0.com/docs/get-started/apis/api-access-policies-for-applications",
};

export const AUTH0_MACHINE_TO_MACHINE: Reference = {
  title: "Auth0: Register Machine-to-Machine Applications",
  url: "https://auth0.com/docs/get-started/auth0-overview/create-applications/machine-to-machine-apps",
};

export const AUTH0_MANAGEMENT_TOKENS: Reference = {
  title: "Auth0: Management API Access Tokens",
  url: "https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens",
};

export const AUTH0_THIRD_PARTY: Reference = {
  title: "Auth0: Third-Party Applications",
  url: "https://auth0.com/docs/get-started/applications/third-party-applications",
};

export const AUTH0_THIRD_PARTY_ACCESS: Reference = {
  title: "Auth0: Configure Third-Party Applications",
  url: "https://auth0.com/docs/get-started/applications/third-party-applications/configure-third-party-applications",
};

export const RFC_9700_PRIVILEGES: Reference = {
  title: "RFC 9700, 2.3: privileges of access tokens",
  url: "https://www.rfc-editor.org/rfc/rfc9700#section-2.3",
};
