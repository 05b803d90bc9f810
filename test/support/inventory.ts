import { action } from "../../lib/auth0/resources/action.ts";
import { client, clientAuthentication, clientCredential } from "../../lib/auth0/resources/client.ts";
import { emailTemplate, type LinkTemplate } from "../../lib/auth0/resources/email-template.ts";
import { resourceServer } from "../../lib/auth0/resources/resource-server.ts";
import { signingKey } from "../../lib/auth0/resources/signing-key.ts";
import { tenantSettings } from "../../lib/auth0/resources/tenant-settings.ts";
import type { CheckContext } from "../../lib/checks/define-check.ts";

// Builders of what an inventory holds. Each takes the fields as Auth0 would send them and reads them through the
// adapter's own slice, so that an absent, null or odd field means in a test what it means in an audit.

type Answer = Readonly<Record<string, unknown>>;

/** The tenant that tests are about. */
export const DOMAIN = "acme.eu.auth0.com";

/** What a check may know beside its sections; midsummer 2026, everything read. */
export const aContext = (changes: Partial<CheckContext> = {}): CheckContext => ({
  domain: DOMAIN,
  now: Date.parse("2026-06-21T12:00:00Z"),
  gaps: [],
  requested: [],
  auditor: { clientId: "curfew-auditor", scopes: new Set(["read:clients", "read:tenant_settings"]) },
  exceptions: [],
  ...changes,
});

/** A regular web application as Auth0 creates it, save that it may not use any grant. */
export const aClient = (answer: Answer = {}) =>
  client.parse({
    client_id: "client-1",
    name: "Checkout",
    app_type: "regular_web",
    is_first_party: true,
    grant_types: [],
    ...answer,
  });

/** What Auth0 reports for an application with rotating refresh tokens that nobody tuned. */
const ROTATING: Answer = {
  rotation_type: "rotating",
  expiration_type: "expiring",
  leeway: 0,
  token_lifetime: 2_592_000,
  idle_token_lifetime: 1_296_000,
  infinite_token_lifetime: false,
  infinite_idle_token_lifetime: false,
};

/** What Auth0 reports for a new application: nothing rotates, nothing ends. */
export const NEVER_ENDING: Answer = {
  rotation_type: "non-rotating",
  expiration_type: "non-expiring",
  leeway: 0,
  token_lifetime: 31_557_600,
  idle_token_lifetime: 2_592_000,
  infinite_token_lifetime: true,
  infinite_idle_token_lifetime: true,
};

/** An application that may use refresh tokens: rotating ones as Auth0 has them, with `settings` changed. */
export const aRefreshClient = (settings: Answer | null = {}, answer: Answer = {}) =>
  aClient({
    grant_types: ["authorization_code", "refresh_token"],
    refresh_token: settings && { ...ROTATING, ...settings },
    ...answer,
  });

/** An API of the tenant's own. */
export const aResourceServer = (answer: Answer = {}) =>
  resourceServer.parse({ id: "api-1", name: "Orders", identifier: "https://orders.acme.example", ...answer });

/** The Management API of {@link DOMAIN}. */
export const aManagementApi = (answer: Answer = {}) =>
  aResourceServer({
    id: "api-management",
    name: "Auth0 Management API",
    identifier: `https://${DOMAIN}/api/v2/`,
    is_system: true,
    ...answer,
  });

/** The tenant's settings; without fields Auth0's defaults apply. */
export const someTenantSettings = (answer: Answer = {}) => tenantSettings.parse(answer);

/** One mail; without fields it was never customized. */
export const anEmailTemplate = (template: LinkTemplate, answer: Answer = {}) => ({
  ...emailTemplate.parse(answer),
  template,
});

/** The moment of {@link aContext}, moved by so many seconds, as Auth0 writes dates. */
export const moment = (secondsFromNow: number): string =>
  new Date(aContext().now + secondsFromNow * 1_000).toISOString();

/** How an application authenticates; without fields by its secret. */
export const anAuthentication = (answer: Answer = {}) =>
  clientAuthentication.parse({ client_id: "client-1", ...answer });

/** How an application authenticates that refers to registered keys for its own authentication. */
export const byPrivateKey = (...ids: string[]) => ({
  client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } },
});

/** A registered key of an application, a day old, that expires in 200 days. */
export const aClientKey = (answer: Answer = {}, clientId = "client-1") => ({
  ...clientCredential.parse({
    id: "cred_1",
    kid: "w0kIFOc-q7KKK",
    credential_type: "public_key",
    name: "Deployment",
    created_at: moment(-86_400),
    expires_at: moment(200 * 86_400),
    ...answer,
  }),
  client_id: clientId,
});

/** An action with one secret that was set a day ago. */
export const anAction = (answer: Answer = {}) =>
  action.parse({
    id: "act_1",
    name: "Enrich profile",
    secrets: [{ name: "API_KEY", updated_at: moment(-86_400) }],
    ...answer,
  });

/** A signing key that has been the current one for a day. */
export const aSigningKey = (answer: Answer = {}) =>
  signingKey.parse({ kid: "kid-1", current: true, next: false, current_since: moment(-86_400), ...answer });
