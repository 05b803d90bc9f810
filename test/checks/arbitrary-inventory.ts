import fc from "fast-check";
import { LINK_TEMPLATES } from "../../lib/auth0/resources/email-template.ts";
import type { Sections } from "../../lib/inventory/inventory.ts";
import { days } from "../../lib/model/duration.ts";
import { aGrant, aNetworkAcl, MANAGEMENT, ORDERS } from "../support/grants.ts";
import {
  aClient,
  aClientKey,
  anAction,
  anAuthentication,
  anEmailTemplate,
  aResourceServer,
  aSigningKey,
  moment,
  someTenantSettings,
} from "../support/inventory.ts";

/** Anything that JSON can hold, huge and negative numbers and what might be taken for a date included. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, 0, -1, 0.1, 1e21, 1e308, Number.MAX_SAFE_INTEGER, "", "expiring", "__proto__"),
  fc.constantFrom("never", "9999-12-31", "2026-02-30T00:00:00Z"),
);

/** Dates about the limits that checks know. */
const date = fc
  .tuple(fc.constantFrom(-400, -365, -180, -60, -14, 0, 7, 30, 400), fc.constantFrom(-1, 0, 1))
  .map(([at, step]) => moment(days(at) + step));

/** Seconds about the limits and defaults that checks know. */
const seconds = edgesOf(
  30,
  300,
  3_600,
  7_200,
  36_000,
  86_400,
  432_000,
  518_400,
  604_800,
  2_592_000,
  7_776_000,
  31_557_600,
);

/** Hours likewise; fractions as the dashboard's minutes cause them. */
const sessionHours = fc.oneof(
  edgesOf(0.5, 12, 24, 72, 168, 720),
  fc.integer({ min: 0, max: 60_000 }).map((n) => n / 60),
);

function edgesOf(...values: number[]): fc.Arbitrary<number> {
  return fc
    .tuple(fc.constantFrom(...values), fc.constantFrom(-1, 0, 1))
    .map(([value, step]) => Math.max(0, value + step));
}

/** Mostly what is documented, sometimes nothing, sometimes something else. */
const mostly = (documented: fc.Arbitrary<unknown>, nonsense: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: documented }, { weight: 1, arbitrary: nonsense });

type Nonsense = fc.Arbitrary<unknown>;

/** Objects in which every field may be missing. */
function fields(
  documented: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  nonsense: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(documented).map(([name, value]) => [name, mostly(value, nonsense)]);
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] });
}

/** How many applications there are at most; grants and keys belong to one of them, or to one that is gone. */
const MOST_CLIENTS = 5;
const clientId = fc.nat(MOST_CLIENTS).map((index) => `client-${index}`);

const clientAnswer = (nonsense: Nonsense) =>
  fields(
    {
      name: fc.string(),
      app_type: fc.constantFrom("spa", "native", "regular_web", "non_interactive", "resource_server"),
      token_endpoint_auth_method: fc.constantFrom("none", "client_secret_post", "client_secret_basic"),
      is_first_party: fc.boolean(),
      global: fc.boolean(),
      grant_types: fc.subarray(["implicit", "password", "refresh_token", "authorization_code", "client_credentials"]),
      require_proof_of_possession: fc.boolean(),
      jwt_configuration: fields({ lifetime_in_seconds: seconds, alg: fc.constantFrom("HS256", "RS256") }, nonsense),
      refresh_token: fields(
        {
          rotation_type: fc.constantFrom("rotating", "non-rotating"),
          expiration_type: fc.constantFrom("expiring", "non-expiring"),
          leeway: seconds,
          token_lifetime: seconds,
          idle_token_lifetime: seconds,
          infinite_token_lifetime: fc.boolean(),
          infinite_idle_token_lifetime: fc.boolean(),
        },
        nonsense,
      ),
    },
    nonsense,
  );

/** Which registered keys an application refers to for one purpose. */
const keyReferences = (nonsense: Nonsense) =>
  fields(
    {
      credentials: fc.array(
        fc.nat(2).map((index) => ({ id: `cred_0_${index}` })),
        { maxLength: 3 },
      ),
    },
    nonsense,
  );

const authenticationAnswer = (nonsense: Nonsense) =>
  fields(
    {
      client_authentication_methods: fields(
        {
          private_key_jwt: keyReferences(nonsense),
          tls_client_auth: keyReferences(nonsense),
          self_signed_tls_client_auth: keyReferences(nonsense),
        },
        nonsense,
      ),
      signed_request_object: keyReferences(nonsense),
      token_vault_privileged_access: keyReferences(nonsense),
    },
    nonsense,
  );

const keyAnswer = (nonsense: Nonsense) =>
  fields(
    {
      credential_type: fc.constantFrom("public_key", "x509_cert", "cert_subject_dn"),
      name: fc.string(),
      created_at: date,
      expires_at: date,
    },
    nonsense,
  );

const userPolicy = (nonsense: Nonsense) =>
  fields({ policy: fc.constantFrom("allow_all", "deny_all", "require_client_grant") }, nonsense);

const resourceServerAnswer = (nonsense: Nonsense) =>
  fields(
    {
      name: fc.string(),
      identifier: fc.constantFrom(MANAGEMENT, ORDERS),
      is_system: fc.constant(true),
      token_lifetime: seconds,
      token_lifetime_for_web: seconds,
      allow_offline_access: fc.boolean(),
      signing_alg: fc.constantFrom("HS256", "RS256"),
      subject_type_authorization: fields({ user: userPolicy(nonsense), client: userPolicy(nonsense) }, nonsense),
    },
    nonsense,
  );

/** Harmless scopes, dangerous ones and ways up; all together are more than a grant should have. */
const SCOPES = [
  ..."users clients connections logs stats roles branding domains".split(" ").map((object) => `read:${object}`),
  ..."read:client_keys update:client_keys update:users delete:clients create:user_tickets".split(" "),
  ..."create:client_grants update:actions update:tenant_settings update:branding".split(" "),
];

const grantAnswer = (nonsense: Nonsense) =>
  fields(
    {
      client_id: clientId,
      audience: fc.constantFrom(MANAGEMENT, MANAGEMENT, ORDERS),
      scope: fc.subarray(SCOPES),
      subject_type: fc.constantFrom("client", "user"),
      default_for: fc.constant("third_party_clients"),
      allow_all_scopes: fc.boolean(),
      allow_any_organization: fc.boolean(),
      organization_usage: fc.constantFrom("deny", "allow", "require"),
      is_system: fc.boolean(),
    },
    nonsense,
  );

const signingKeyAnswer = (nonsense: Nonsense) =>
  fields(
    {
      current: fc.boolean(),
      next: fc.boolean(),
      previous: fc.boolean(),
      revoked: fc.boolean(),
      current_since: date,
      current_until: date,
    },
    nonsense,
  );

const actionAnswer = (nonsense: Nonsense) =>
  fields(
    {
      name: fc.string(),
      secrets: fc.array(fields({ name: fc.constantFrom("A", "B"), updated_at: date }, nonsense), { maxLength: 3 }),
    },
    nonsense,
  );

const networkAclAnswer = (nonsense: Nonsense) =>
  fields(
    {
      description: fc.string(),
      active: fc.boolean(),
      priority: fc.nat(10),
      rule: fields(
        {
          scope: fc.constantFrom("management", "authentication", "tenant"),
          action: fc.constantFrom({ block: true }, { allow: true }, { log: true }),
          match: fc.constant({ asns: [1] }),
          not_match: fc.constant({ ipv4_cidrs: ["203.0.113.7/32"] }),
        },
        nonsense,
      ),
    },
    nonsense,
  );

const FLAGS = [
  "enable_idtoken_api2",
  "allow_legacy_ro_grant_types",
  "allow_legacy_delegation_grant_types",
  "allow_legacy_tokeninfo_endpoint",
  "enable_dynamic_client_registration",
  "revoke_refresh_token_grant",
];

const tenantSettingsAnswer = (nonsense: Nonsense) =>
  fields(
    {
      session_lifetime: sessionHours,
      idle_session_lifetime: sessionHours,
      ephemeral_session_lifetime: sessionHours,
      idle_ephemeral_session_lifetime: sessionHours,
      session_cookie: fields({ mode: fc.constantFrom("persistent", "non-persistent") }, nonsense),
      flags: fields(Object.fromEntries(FLAGS.map((flag) => [flag, fc.boolean()])), nonsense),
    },
    nonsense,
  );

/** A list of answers, each with an id of its own. */
const several = <T>(answer: fc.Arbitrary<object>, build: (answer: object, index: number) => T, maxLength = 3) =>
  fc.array(answer, { maxLength }).map((answers) => answers.map(build));

const clientKeys = (nonsense: Nonsense): fc.Arbitrary<Sections["clientCredentials"]> =>
  fc
    .array(
      several(keyAnswer(nonsense), (answer, index) => ({ answer, index })),
      { maxLength: 2 },
    )
    .map((owners) =>
      owners.flatMap((keys, owner) =>
        keys.map(({ answer, index }) => aClientKey({ ...answer, id: `cred_${owner}_${index}` }, `client-${owner}`)),
      ),
    );

/**
 * All sections as an audit might read them, made of answers that went through the adapter's slices.
 *
 * @param nonsense what stands now and then where something documented belongs
 */
export function arbitrarySections(nonsense: Nonsense = odd): fc.Arbitrary<Sections> {
  return fc.record({
    tenantSettings: tenantSettingsAnswer(nonsense).map((answer) => someTenantSettings(answer)),
    clients: several(
      clientAnswer(nonsense),
      (answer, index) => aClient({ ...answer, client_id: `client-${index}` }),
      MOST_CLIENTS,
    ),
    clientAuthentication: several(
      authenticationAnswer(nonsense),
      (answer, index) => anAuthentication({ ...answer, client_id: `client-${index}` }),
      MOST_CLIENTS,
    ),
    clientCredentials: clientKeys(nonsense),
    resourceServers: several(
      resourceServerAnswer(nonsense),
      (answer, index) => aResourceServer({ ...answer, id: `api-${index}` }),
      4,
    ),
    // A field that the builder has and the answer has not would not be absent.
    clientGrants: several(
      grantAnswer(nonsense),
      (answer, index) =>
        aGrant({ client_id: null, audience: null, scope: null, subject_type: null, ...answer, id: `cgr_${index}` }),
      4,
    ),
    signingKeys: several(signingKeyAnswer(nonsense), (answer, index) =>
      aSigningKey({ ...answer, kid: `kid-${index}` }),
    ),
    actions: several(actionAnswer(nonsense), (answer, index) => anAction({ ...answer, id: `act_${index}` })),
    networkAcls: several(networkAclAnswer(nonsense), (answer, index) =>
      aNetworkAcl({ description: null, active: null, priority: null, rule: null, ...answer, id: `acl_${index}` }, null),
    ),
    emailTemplates: fc
      .tuple(...LINK_TEMPLATES.map(() => fields({ urlLifetimeInSeconds: seconds }, nonsense)))
      .map((answers) => LINK_TEMPLATES.map((template, index) => anEmailTemplate(template, answers[index]))),
  });
}

/** Only what Auth0 documents, and absent fields. */
export const documentedSections = (): fc.Arbitrary<Sections> => arbitrarySections(fc.constant(undefined));
