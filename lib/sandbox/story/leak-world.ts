import { RESPONDER_SCOPES } from "../../auth0/responder-endpoints.ts";
import { ROTATOR_SCOPES } from "../../auth0/rotation-endpoints.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import { scopesFor } from "../../inventory/section-scopes.ts";
import { systemClock } from "../../model/clock.ts";
import { hours } from "../../model/duration.ts";
import { startSandbox } from "../start-sandbox.ts";
import type { TenantSeed } from "../tenant-seed.ts";
import { type OwnApplication, withOwnApplication } from "./own-application.ts";
import { type RotatedApplication, withCredential } from "./rotated-application.ts";
import type { StoryOptions, StoryWorld } from "./story-world.ts";

/** A tenant in which something leaks, and who is on call there. */
export interface LeakWorld extends StoryWorld {
  leaked: RotatedApplication & {
    /** What somebody found who should not have. */
    value: string;
  };
}

const DOMAIN = "night-harbour.auth0.example";

/** Who may start an incident, and who may approve what it asks: roles, and two people in them. */
export const PEOPLE = {
  dana: { key: "ASIASANDBOXDANA", arn: "arn:aws:sts::000000000000:assumed-role/oncall/dana" },
  kim: { key: "ASIASANDBOXKIM", arn: "arn:aws:sts::000000000000:assumed-role/security-lead/kim" },
} as const;
export type Person = keyof typeof PEOPLE;

/** The same, as a Function URL of the sandbox knows callers. */
export const CALLERS = Object.fromEntries(Object.values(PEOPLE).map(({ key, arn }) => [key, arn]));

const BOT = "deploy-bot";
const ORDERS = "https://orders.harbour.example/";

/** What the application may do at the Management API: more than anybody wants a thief to. */
const BOT_SCOPES = [
  "read:clients",
  "create:clients",
  "read:client_grants",
  "create:client_grants",
  "read:resource_servers",
];

const SEED: TenantSeed = {
  name: "night-harbour",
  domain: DOMAIN,
  plan: "enterprise",
  resourceServers: [
    { name: "Orders API", identifier: ORDERS, token_lifetime: hours(2), scopes: [{ value: "read:orders" }] },
  ],
  clients: [
    {
      name: "Deploy bot",
      client_id: BOT,
      app_type: "non_interactive",
      token_endpoint_auth_method: "client_secret_post",
      grant_types: ["client_credentials"],
      jwt_configuration: { alg: "RS256" },
    },
  ],
  clientGrants: [
    { id: "cgr_deploy_bot_management", client_id: BOT, audience: managementAudience(DOMAIN), scope: BOT_SCOPES },
    { id: "cgr_deploy_bot_orders", client_id: BOT, audience: ORDERS, scope: ["read:orders"] },
  ],
};

const LOGINS: readonly [OwnApplication["role"], readonly string[]][] = [
  ["auditor", scopesFor(undefined, { logs: true })],
  ["rotator", ROTATOR_SCOPES],
  ["responder", RESPONDER_SCOPES],
];

/** Starts a tenant with an application that deploys at night, and whose secret somebody has found. */
export async function startLeakWorld({ firstPort, control = false, audit }: StoryOptions = {}): Promise<LeakWorld> {
  let seed = SEED;
  const own = LOGINS.map(([role, scopes]) => {
    const planted = withOwnApplication(seed, role, scopes);
    seed = planted.seed;
    return planted.application;
  });
  const bot = { clientId: BOT, kind: "client-secret" as const, audience: ORDERS };
  const { seed: whole, application } = withCredential(seed, bot, systemClock.now());
  const ports = firstPort === undefined ? {} : { [whole.name]: firstPort, control: firstPort + 1 };
  const sandbox = await startSandbox({ tenants: [whole], control, ports, ...(audit ? { audit } : {}) });
  return {
    sandbox,
    config: configFor(sandbox.tenant(whole.name).origin, own, application),
    secrets: Object.fromEntries(own.map(({ secret }) => [secret.name, secret.value])),
    applications: [application],
    owners: [],
    leaked: { ...application, value: String(JSON.parse(application.secret.value).clientSecret) },
  };
}

const configFor = (origin: string, own: readonly OwnApplication[], bot: RotatedApplication): string => `version: 1
tenants:
  - name: ${SEED.name}
    domain: ${DOMAIN}
    origin: ${origin}
    plan: ${SEED.plan}
${own.map(({ role, clientId, secret }) => `    ${role}: { clientId: ${clientId}, secret: secretsmanager:${secret.name} }\n`).join("")}    credentials:
      - { clientId: ${bot.clientId}, secret: ${bot.secret.name}, rotate: auto, consumers: confirmed }
incidents:
  requesters: [arn:aws:iam::000000000000:role/oncall]
  approvers: [arn:aws:iam::000000000000:role/security-lead]
`;
