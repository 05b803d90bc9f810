import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientGrant } from "../../../lib/auth0/resources/client-grant.ts";
import { CATALOGUE } from "../../../lib/checks/catalogue.ts";
import type { ProfileName } from "../../../lib/checks/limits.ts";
import type { Outcome } from "../../../lib/checks/outcome.ts";
import type { Sections } from "../../../lib/inventory/inventory.ts";
import { days } from "../../../lib/model/duration.ts";
import { SEVERITIES } from "../../../lib/model/severity.ts";
import {
  aClient,
  aClientKey,
  anAction,
  anAuthentication,
  aResourceServer,
  aSigningKey,
  DOMAIN,
  moment,
} from "../../support/inventory.ts";
import { evaluateCheck } from "../evaluate-check.ts";

/** Every check over secrets and keys; the properties of the others stand beside the catalogue's. */
/** Checks over what earlier audits recorded have properties of their own. */
const checks = CATALOGUE.filter(({ id, needsHistory }) => /^(secret|credential|key)\./.test(id) && !needsHistory);

/** Anything that JSON can hold, and what might be taken for a date. */
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(null, 0, -1, 1e21, 1e308, "", "never", "9999-12-31", "2026-02-30T00:00:00Z", "__proto__"),
);

const date = fc
  .tuple(fc.constantFrom(-400, -365, -180, -60, -14, 0, 7, 30, 400), fc.constantFrom(-1, 0, 1))
  .map(([at, step]) => moment(days(at) + step));

const fields = (documented: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(
    Object.fromEntries(
      Object.entries(documented).map(([name, value]) => [
        name,
        fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: odd }),
      ]),
    ),
    { requiredKeys: [] },
  );

const references = fields({
  credentials: fc.array(
    fc.constantFrom(..."012").map((index) => ({ id: `cred_0_${index}` })),
    { maxLength: 3 },
  ),
});

const client = fields({
  app_type: fc.constantFrom("spa", "native", "regular_web", "non_interactive"),
  token_endpoint_auth_method: fc.constantFrom("none", "client_secret_post"),
  grant_types: fc.subarray(["implicit", "client_credentials"]),
  global: fc.boolean(),
  jwt_configuration: fields({ alg: fc.constantFrom("HS256", "RS256") }),
});

const authentication = fields({
  client_authentication_methods: fields({
    private_key_jwt: references,
    tls_client_auth: references,
    self_signed_tls_client_auth: references,
  }),
  signed_request_object: references,
});

const key = fields({
  credential_type: fc.constantFrom("public_key", "x509_cert", "cert_subject_dn"),
  name: fc.string(),
  created_at: date,
  expires_at: date,
});

const grant = fields({
  client_id: fc.constantFrom("client-0", "client-1"),
  audience: fc.constant(`https://${DOMAIN}/api/v2/`),
  scope: fc.subarray(["read:users", "update:users"]),
  allow_all_scopes: fc.boolean(),
});

const action = fields({
  name: fc.string(),
  secrets: fc.array(fields({ name: fc.constantFrom("A", "B"), updated_at: date }), { maxLength: 3 }),
});

const signingKey = fields({
  current: fc.boolean(),
  next: fc.boolean(),
  previous: fc.boolean(),
  revoked: fc.boolean(),
  current_since: date,
  current_until: date,
});

const server = fields({ token_lifetime: fc.nat(2_592_000), signing_alg: fc.constantFrom("HS256", "RS256") });

/** A list of answers, each with an id of its own. */
const several = <T>(answer: fc.Arbitrary<object>, build: (answer: object, index: number) => T) =>
  fc.array(answer, { maxLength: 3 }).map((answers) => answers.map(build));

const inventory: fc.Arbitrary<Partial<Sections>> = fc.record({
  clients: several(client, (answer, index) => aClient({ ...answer, client_id: `client-${index}` })),
  clientAuthentication: several(authentication, (answer, index) =>
    anAuthentication({ ...answer, client_id: `client-${index}` }),
  ),
  clientCredentials: fc
    .array(
      several(key, (answer, index) => ({ answer, index })),
      { maxLength: 2 },
    )
    .map((owners) =>
      owners.flatMap((keys, owner) =>
        keys.map(({ answer, index }) => aClientKey({ ...answer, id: `cred_${owner}_${index}` }, `client-${owner}`)),
      ),
    ),
  clientGrants: several(grant, (answer, index) => clientGrant.parse({ ...answer, id: `cgr_${index}` })),
  actions: several(action, (answer, index) => anAction({ ...answer, id: `act_${index}` })),
  signingKeys: several(signingKey, (answer, index) => aSigningKey({ ...answer, kid: `kid-${index}` })),
  resourceServers: several(server, (answer, index) => aResourceServer({ ...answer, id: `api-${index}` })),
});

const identity = ({ resource, aspect }: Outcome): string =>
  JSON.stringify([resource.type, resource.id, resource.client, aspect]);

const rank = (outcome: Outcome | undefined): number =>
  outcome?.verdict === "fail" ? SEVERITIES.indexOf(outcome.severity) : -1;

describe.each(checks)("$id", (check) => {
  test("says one sensible thing about each resource, whatever Auth0 answers", () => {
    fc.assert(
      fc.property(
        inventory,
        fc.constantFrom<ProfileName>("baseline", "strict", "auth0-default"),
        (sections, profile) => {
          const outcomes = evaluateCheck(check, sections, profile);

          expect(new Set(outcomes.map(identity)).size).toBe(outcomes.length);
          for (const outcome of outcomes) {
            expect(JSON.parse(JSON.stringify(outcome))).toEqual(outcome);
            if (outcome.verdict !== "fail") continue;
            expect(outcome.message).not.toMatch(/NaN|Infinity|undefined|null|\[object/);
            expect(Number.isSafeInteger(outcome.observed ?? 0)).toBe(true);
            expect(Number.isSafeInteger(outcome.limit ?? 0)).toBe(true);
          }
        },
      ),
    );
  });

  test("says the same in whatever order Auth0 lists things", () => {
    fc.assert(
      fc.property(inventory, (sections) => {
        const reversed = Object.fromEntries(
          Object.entries(sections).map(([name, list]) => [name, Array.isArray(list) ? list.toReversed() : list]),
        );
        const sorted = (answers: Partial<Sections>) =>
          evaluateCheck(check, answers)
            .map((outcome) => [identity(outcome), outcome.verdict, rank(outcome)].join(" "))
            .sort();

        expect(sorted(reversed)).toEqual(sorted(sections));
      }),
    );
  });

  test.each([
    { laxer: "auth0-default", stricter: "baseline" },
    { laxer: "baseline", stricter: "strict" },
  ] as const)("finds with $stricter whatever it finds with $laxer", ({ laxer, stricter }) => {
    fc.assert(
      fc.property(inventory, (sections) => {
        const strict = new Map(evaluateCheck(check, sections, stricter).map((outcome) => [identity(outcome), outcome]));

        for (const outcome of evaluateCheck(check, sections, laxer))
          expect(rank(strict.get(identity(outcome)))).toBeGreaterThanOrEqual(rank(outcome));
      }),
    );
  });
});
