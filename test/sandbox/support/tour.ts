import { generateKeyPairSync } from "node:crypto";
import { type Answer, adminApi, aSandbox, MANAGEMENT_API, machine } from "./a-sandbox.ts";

/** One answer of the sandbox and the endpoint that gave it. */
export interface Stop extends Answer {
  /** The method, lower case. */
  method: string;
  /** The endpoint's template as the OpenAPI document writes it. */
  template: string;
}

const PEM = generateKeyPairSync("rsa", { modulusLength: 2048 })
  .publicKey.export({ format: "pem", type: "spki" })
  .toString();
const USER = "auth0|alice";

/** A tenant that has something of everything. */
export const SEED = {
  clients: [
    machine("shop"),
    machine("robot", { credentials: [{ id: "cred_robot", pem: PEM, name: "robot's key" }] }),
    { name: "Shop window", client_id: "window", app_type: "spa" },
  ],
  resourceServers: [
    { id: "rs-orders", identifier: "https://orders/", signing_alg: "HS256", scopes: [{ value: "read:orders" }] },
    { id: "rs-spare", identifier: "https://spare/" },
  ],
  clientGrants: [
    {
      id: "cgr_shop",
      client_id: "shop",
      audience: "https://orders/",
      scope: ["read:orders"],
      organization_usage: "allow",
      organizations: ["org_1"],
    },
  ],
  organizations: [
    { id: "org_1", name: "first" },
    { id: "org_2", name: "second" },
  ],
  actions: [{ id: "act-1", name: "Add claims", secrets: [{ name: "KEY" }] }],
  networkAcls: [
    {
      id: "acl_1",
      description: "Only from home",
      active: false,
      rule: { scope: "management", action: { block: true }, not_match: { ipv4_cidrs: ["203.0.113.7/32"] } },
    },
  ],
  emailTemplates: [{ template: "reset_email", urlLifetimeInSeconds: 3600, enabled: true, syntax: "liquid" }],
};

const template = { body: "", from: "", subject: "", syntax: "liquid", enabled: true };

/** Calls every endpoint of the Management API, most of them in several ways, and gives back what was answered. */
export async function takeTour() {
  const world = await aSandbox(SEED);
  const { tenant } = world;
  const api = await adminApi(tenant);
  const stops: Stop[] = [];
  const visit = async (endpoint: string, call: string, body?: unknown) => {
    const [method = "", path = ""] = endpoint.split(" ");
    const answer = await api(call, body);
    stops.push({ method: method.toLowerCase(), template: path, ...answer });
    return answer.body;
  };
  const login = { clientId: "window", userId: USER, audience: "https://spare/" };
  const { refreshTokenId } = await tenant.issueUserTokens(login);

  for (const query of ["", "?include_totals=true&per_page=1", "?take=1", "?is_global=true", "?fields=client_id,name"]) {
    await visit("GET /clients", `GET /clients${query}`);
  }
  for (const id of ["shop", "robot", "window", "nobody"]) await visit("GET /clients/{id}", `GET /clients/${id}`);
  await visit("GET /clients/{id}", "GET /clients/shop?fields=client_id&include_fields=true");
  const created = await visit("POST /clients", "POST /clients", { name: "new", app_type: "regular_web" });
  await visit("POST /clients", "POST /clients", { app_type: "spa" });
  await visit("PATCH /clients/{id}", "PATCH /clients/shop", { client_secret: "x".repeat(64), description: "the shop" });
  await visit("POST /clients/{id}/rotate-secret", "POST /clients/shop/rotate-secret");
  await visit("POST /clients/{id}/rotate-secret", "POST /clients/robot/rotate-secret");
  await visit("DELETE /clients/{id}", `DELETE /clients/${created.client_id}`);

  const credentials = "/clients/{client_id}/credentials";
  await visit(`GET ${credentials}`, "GET /clients/robot/credentials?include_totals=true");
  const key = { credential_type: "public_key", name: "second", pem: PEM, expires_at: "2027-01-01T00:00:00Z" };
  const credential = await visit(`POST ${credentials}`, "POST /clients/robot/credentials", key);
  await visit(`POST ${credentials}`, "POST /clients/robot/credentials", key);
  await visit(`GET ${credentials}/{credential_id}`, "GET /clients/robot/credentials/cred_robot");
  await visit(`PATCH ${credentials}/{credential_id}`, `PATCH /clients/robot/credentials/${credential.id}`, {
    expires_at: null,
  });
  const both = { private_key_jwt: { credentials: [{ id: "cred_robot" }, { id: credential.id }] } };
  await visit("PATCH /clients/{id}", "PATCH /clients/robot", { client_authentication_methods: both });
  await visit(`DELETE ${credentials}/{credential_id}`, `DELETE /clients/robot/credentials/${credential.id}`);
  const one = { private_key_jwt: { credentials: [{ id: "cred_robot" }] } };
  await visit("PATCH /clients/{id}", "PATCH /clients/robot", { client_authentication_methods: one });
  await visit(`DELETE ${credentials}/{credential_id}`, `DELETE /clients/robot/credentials/${credential.id}`);

  for (const query of ["", "?take=1", "?include_totals=true&per_page=1", "?audience=https://orders/"]) {
    await visit("GET /client-grants", `GET /client-grants${query}`);
  }
  await visit("GET /client-grants/{id}", "GET /client-grants/cgr_shop");
  await visit("GET /client-grants/{id}", "GET /client-grants/cgr_gone");
  const grant = { client_id: "shop", audience: MANAGEMENT_API, scope: ["read:clients"] };
  const { id: grantId } = await visit("POST /client-grants", "POST /client-grants", grant);
  await visit("POST /client-grants", "POST /client-grants", grant);
  await visit("PATCH /client-grants/{id}", `PATCH /client-grants/${grantId}`, {
    scope: [],
    organization_usage: "allow",
  });
  await visit("GET /client-grants/{id}/organizations", "GET /client-grants/cgr_shop/organizations?include_totals=true");
  await visit("GET /organizations/{id}/client-grants", "GET /organizations/org_1/client-grants");
  await visit("POST /organizations/{id}/client-grants", "POST /organizations/org_2/client-grants", {
    grant_id: grantId,
  });
  const ofOrganization = "/organizations/{id}/client-grants/{grant_id}";
  await visit(`DELETE ${ofOrganization}`, `DELETE /organizations/org_2/client-grants/${grantId}`);
  await visit("DELETE /client-grants/{id}", `DELETE /client-grants/${grantId}`);
  await visit("DELETE /client-grants/{id}", `DELETE /client-grants/${grantId}`);

  for (const query of ["", "?include_totals=true&per_page=1"])
    await visit("GET /resource-servers", `GET /resource-servers${query}`);
  await visit("GET /resource-servers/{id}", `GET /resource-servers/${encodeURIComponent(MANAGEMENT_API)}`);
  await visit("GET /resource-servers/{id}", "GET /resource-servers/rs-orders");
  const { id: apiId } = await visit("POST /resource-servers", "POST /resource-servers", {
    identifier: "https://new/",
    name: "New",
  });
  await visit("PATCH /resource-servers/{id}", `PATCH /resource-servers/${apiId}`, { token_lifetime: 60 });
  await visit("PATCH /resource-servers/{id}", `PATCH /resource-servers/${apiId}`, { token_lifetime: 2_592_001 });
  await visit("DELETE /resource-servers/{id}", `DELETE /resource-servers/${apiId}`);

  await visit("GET /tenants/settings", "GET /tenants/settings");
  await visit("PATCH /tenants/settings", "PATCH /tenants/settings", {
    session_lifetime: 8,
    flags: { enable_sso: false },
  });

  await visit("GET /actions/actions", "GET /actions/actions?page=0&per_page=100");
  await visit("GET /actions/actions/{id}", "GET /actions/actions/act-1");
  const action = {
    name: "New",
    supported_triggers: [{ id: "post-login", version: "v3" }],
    secrets: [{ name: "A", value: "b" }],
  };
  const { id: actionId } = await visit("POST /actions/actions", "POST /actions/actions", action);
  await visit("PATCH /actions/actions/{id}", `PATCH /actions/actions/${actionId}`, { code: "" });
  await visit("DELETE /actions/actions/{id}", `DELETE /actions/actions/${actionId}`);

  for (const query of ["", "?include_totals=true"]) await visit("GET /network-acls", `GET /network-acls${query}`);
  await visit("GET /network-acls/{id}", "GET /network-acls/acl_1");
  const rule = { scope: "tenant", action: { log: true }, match: { asns: [64496] } };
  const acl = { description: "Watch", active: true, priority: 50, rule };
  const { id: aclId } = await visit("POST /network-acls", "POST /network-acls", acl);
  await visit("POST /network-acls", "POST /network-acls", acl);
  await visit("PUT /network-acls/{id}", `PUT /network-acls/${aclId}`, { ...acl, priority: 51 });
  await visit("PATCH /network-acls/{id}", `PATCH /network-acls/${aclId}`, { active: false });
  await visit("DELETE /network-acls/{id}", `DELETE /network-acls/${aclId}`);

  const templates = "/email-templates/{templateName}";
  await visit(`GET ${templates}`, "GET /email-templates/reset_email");
  await visit(`GET ${templates}`, "GET /email-templates/verify_email");
  await visit("POST /email-templates", "POST /email-templates", { template: "verify_email", ...template });
  await visit(`PUT ${templates}`, "PUT /email-templates/verify_email", { template: "verify_email", ...template });
  await visit(`PATCH ${templates}`, "PATCH /email-templates/verify_email", { urlLifetimeInSeconds: 60 });

  const keys = await visit("GET /keys/signing", "GET /keys/signing");
  await visit("GET /keys/signing/{kid}", `GET /keys/signing/${keys[0].kid}`);
  await visit("POST /keys/signing/rotate", "POST /keys/signing/rotate");
  await visit("GET /keys/signing", "GET /keys/signing");

  const ofUser = `/users/${encodeURIComponent(USER)}`;
  await visit("GET /users/{user_id}/refresh-tokens", `GET ${ofUser}/refresh-tokens`);
  await visit("GET /users/{user_id}/sessions", `GET ${ofUser}/sessions`);
  await visit("POST /refresh-tokens/revoke", "POST /refresh-tokens/revoke", { ids: [refreshTokenId] });
  await visit("DELETE /users/{user_id}/refresh-tokens", `DELETE ${ofUser}/refresh-tokens`);
  await visit("DELETE /users/{user_id}/sessions", `DELETE ${ofUser}/sessions`);

  for (const query of ["", "?include_totals=true&per_page=5", "?q=type:sapi", "?take=5"])
    await visit("GET /logs", `GET /logs${query}`);
  await visit("GET /logs/{id}", `GET /logs/${tenant.logs[0]?.log_id}`);
  await visit("PUT /keys/signing/{kid}/revoke", `PUT /keys/signing/${keys[0].kid}/revoke`);
  return { stops, world };
}
