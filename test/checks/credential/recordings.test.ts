import { describe, expect, test } from "vitest";
import {
  type ClientAuthentication,
  type ClientCredential,
  client,
  clientAuthentication,
  clientCredential,
} from "../../../lib/auth0/resources/client.ts";
import { clientGrant } from "../../../lib/auth0/resources/client-grant.ts";
import { resourceServer } from "../../../lib/auth0/resources/resource-server.ts";
import { signingKey } from "../../../lib/auth0/resources/signing-key.ts";
import type { Sections } from "../../../lib/inventory/inventory.ts";
import { aContext, DOMAIN } from "../../support/inventory.ts";
import { hasReference, type Recording, recordings } from "../../support/reference.ts";
import { evaluateCheck } from "../evaluate-check.ts";
import { REVIEWED_CHECKS } from "../reviewed-checks.ts";

// Real answers about keys and secrets, read where they are. The audit takes place on 1 September 2026.
const NOW = Date.parse("2026-09-01T00:00:00Z");
const AREAS = /^(secret|credential|key)\./;

/** What the checks of secrets and keys say: each resource that fails or is unknown, by check. */
function judge(sections: Partial<Sections>, domain = DOMAIN): string[] {
  const context = aContext({ now: NOW, domain });
  const checks = REVIEWED_CHECKS.filter(
    ({ id, needs }) => AREAS.test(id) && needs.every((section) => section in sections),
  );
  return checks.flatMap((check) =>
    evaluateCheck(check, sections, "baseline", context).flatMap((outcome) => {
      if (outcome.verdict === "pass") return [];
      const verdict = outcome.verdict === "fail" ? outcome.severity : "unknown";
      return `${check.id} ${verdict} ${outcome.resource.id}`;
    }),
  );
}

function recording(number: string): Recording {
  const [found] = recordings(`${number}-`);
  if (found === undefined) throw new Error(`There is no recording ${number}.`);
  return found;
}

/** The recorded items: a list on its own, a list under a name, or a single item. */
function items({ response_body: body }: Recording, name: string): unknown[] {
  if (Array.isArray(body)) return body;
  const list = (body as Record<string, unknown>)[name];
  return Array.isArray(list) ? list : [body];
}

const ownerOf = ({ path }: Recording): string => /\/clients\/([^/]+)\//.exec(path)?.[1] ?? "";

const keysOf = (recorded: Recording): ClientCredential[] =>
  items(recorded, "credentials").map((item) => ({ ...clientCredential.parse(item), client_id: ownerOf(recorded) }));

/** An application that authenticates by the recorded keys. */
const usingAll = (keys: readonly ClientCredential[]): ClientAuthentication[] => [
  clientAuthentication.parse({
    client_id: keys[0]?.client_id ?? "nobody",
    client_authentication_methods: { private_key_jwt: { credentials: keys.map(({ id }) => ({ id })) } },
  }),
];

describe.skipIf(!hasReference)("recorded answers", () => {
  test.each([
    { number: "026", title: "an empty list", expected: [] },
    {
      number: "028",
      title: "two keys, good for years, the older three months old",
      expected: ["credential.client-key.leftover low cred_gekrTRyhtchHhs399o7bsV"],
    },
    {
      number: "029",
      title: "a key without an end, three weeks old",
      expected: ["credential.client-key.no-expiry medium cred_mMuz56jQ8PQww4wqQbH7S5"],
    },
    {
      number: "031",
      title: "two keys, good for ten years",
      expected: ["credential.client-key.leftover low cred_2hBTGre7ksuaprAPZ7vdep"],
    },
    {
      number: "032",
      title: "a key without an end, 286 days old",
      expected: ["credential.client-key.no-expiry medium cred_sTPG5XB9pSHu7JFzpDJ4Eo"],
    },
    { number: "033", title: "a subject name, which is no key", expected: [] },
    { number: "034", title: "a certificate good until 2033", expected: [] },
    {
      number: "036",
      title: "a certificate of 2024 until the year 9999",
      expected: [
        "credential.client-key.age medium cred_2dDJX2xyhm3Ho5ADp6KVUk",
        "credential.client-key.no-expiry medium cred_2dDJX2xyhm3Ho5ADp6KVUk",
      ],
    },
    {
      number: "037",
      title: "two keys of 2023 whose end is null, registered in one second",
      expected: [
        "credential.client-key.age medium cred_vJFxjukD2mSP1s376kV7hV",
        "credential.client-key.age medium cred_bkUqccKJmCN8YrEbcfr8qo",
        "credential.client-key.leftover low cred_vJFxjukD2mSP1s376kV7hV",
        "credential.client-key.no-expiry medium cred_vJFxjukD2mSP1s376kV7hV",
        "credential.client-key.no-expiry medium cred_bkUqccKJmCN8YrEbcfr8qo",
      ],
    },
    {
      number: "038",
      title: "the only key, expired in 2023 ten minutes after it was made",
      expected: [
        "credential.client-key.age medium cred_mqrTeEaxSWbDxcKPaWozNo",
        "credential.client-key.expiring critical cred_mqrTeEaxSWbDxcKPaWozNo",
      ],
    },
  ])("$number: $title", ({ number, expected }) => {
    const clientCredentials = keysOf(recording(number));

    expect(judge({ clientCredentials, clientAuthentication: usingAll(clientCredentials) })).toEqual(expected);
  });

  test("001: of nine applications six authenticate with a secret, one of these writes to the Management API", () => {
    const applications = items(recording("001"), "clients");
    const clients = applications.map((item) => client.parse(item));
    const authentication = applications.map((item) => clientAuthentication.parse(item));
    const clientGrants = items(recording("040"), "client_grants").map((item) => clientGrant.parse(item));

    const told = judge(
      { clients, clientAuthentication: authentication, clientGrants },
      "auth0-deploy-cli-e2e.us.auth0.com",
    );

    const severities = told.map((line) => line.split(" ").slice(0, 2).join(" "));
    expect(severities.filter((line) => line.endsWith("info"))).toHaveLength(6);
    expect(told.filter((line) => !line.includes(" info "))).toEqual([
      "secret.client.shared-secret-auth medium Vp0gMRF8PtMzekil38qWoj4Fjw2VjRZE",
    ]);
  });

  test("052: one of twelve APIs is signed with HS256", () => {
    const resourceServers = items(recording("052"), "resource_servers").map((item) => resourceServer.parse(item));

    expect(judge({ resourceServers })).toEqual([expect.stringMatching(/^secret\.api\.hs256 high /)]);
  });

  test("074 (synthetic): keys without dates that are everything at once leave both questions open", () => {
    const signingKeys = items(recording("074"), "keys").map((item) => signingKey.parse(item));

    expect(judge({ signingKeys, resourceServers: [], clients: [] })).toEqual([
      "key.signing.age unknown 111111111111111111111",
      "key.signing.previous-not-revoked unknown 111111111111111111111",
      "key.signing.previous-not-revoked unknown 222222222222222222222",
    ]);
  });
});
