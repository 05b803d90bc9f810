import fc from "fast-check";
import { LINK_TEMPLATES } from "../../lib/auth0/resources/email-template.ts";
import type { Sections } from "../../lib/inventory/inventory.ts";
import { aClient, anEmailTemplate, aResourceServer, DOMAIN, someTenantSettings } from "../support/inventory.ts";

/** Anything that JSON can hold, huge and negative numbers included. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, 0, -1, 0.1, 1e21, 1e308, Number.MAX_SAFE_INTEGER, "", "expiring", "__proto__"),
);

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

/** Objects in which every field may be missing. */
function fields(
  documented: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  nonsense: fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(documented).map(([name, value]) => [name, mostly(value, nonsense)]);
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] });
}

const clientAnswer = (nonsense: fc.Arbitrary<unknown>) =>
  fields(
    {
      name: fc.string(),
      app_type: fc.constantFrom("spa", "native", "regular_web", "non_interactive", "resource_server"),
      token_endpoint_auth_method: fc.constantFrom("none", "client_secret_post", "client_secret_basic"),
      global: fc.boolean(),
      grant_types: fc.subarray(["implicit", "refresh_token", "authorization_code", "client_credentials"]),
      require_proof_of_possession: fc.boolean(),
      jwt_configuration: fields({ lifetime_in_seconds: seconds }, nonsense),
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

const resourceServerAnswer = (nonsense: fc.Arbitrary<unknown>) =>
  fields(
    {
      name: fc.string(),
      identifier: fc.constantFrom(`https://${DOMAIN}/api/v2/`, "https://orders.acme.example"),
      is_system: fc.constant(true),
      token_lifetime: seconds,
      token_lifetime_for_web: seconds,
      allow_offline_access: fc.boolean(),
    },
    nonsense,
  );

const tenantSettingsAnswer = (nonsense: fc.Arbitrary<unknown>) =>
  fields(
    {
      session_lifetime: sessionHours,
      idle_session_lifetime: sessionHours,
      ephemeral_session_lifetime: sessionHours,
      idle_ephemeral_session_lifetime: sessionHours,
      session_cookie: fields({ mode: fc.constantFrom("persistent", "non-persistent") }, nonsense),
    },
    nonsense,
  );

/**
 * Sections as an audit might read them, made of answers that went through the adapter's slices.
 *
 * @param nonsense what stands now and then where something documented belongs
 */
export function arbitrarySections(nonsense: fc.Arbitrary<unknown> = odd): fc.Arbitrary<Partial<Sections>> {
  return fc.record({
    clients: fc
      .array(clientAnswer(nonsense), { maxLength: 6 })
      .map((answers) => answers.map((answer, index) => aClient({ ...answer, client_id: `client-${index}` }))),
    resourceServers: fc
      .array(resourceServerAnswer(nonsense), { maxLength: 4 })
      .map((answers) => answers.map((answer, index) => aResourceServer({ ...answer, id: `api-${index}` }))),
    tenantSettings: tenantSettingsAnswer(nonsense).map((answer) => someTenantSettings(answer)),
    emailTemplates: fc
      .tuple(...LINK_TEMPLATES.map(() => fields({ urlLifetimeInSeconds: seconds }, nonsense)))
      .map((answers) => LINK_TEMPLATES.map((template, index) => anEmailTemplate(template, answers[index]))),
  });
}

/** Only what Auth0 documents, and absent fields. */
export const documentedSections = (): fc.Arbitrary<Partial<Sections>> => arbitrarySections(fc.constant(undefined));
