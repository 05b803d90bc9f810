import { expect, test } from "vitest";
import { credentialStates } from "../../../lib/revocation/evidence/credentials.ts";
import type { RevokedClient } from "../../../lib/revocation/ports.ts";
import { CLIENT, DAY, incidentOf, THREE_AM } from "../support.ts";

const KEY = { id: "cred_1", kid: undefined, name: undefined };
const LATER = { id: "cred_2", kid: undefined, name: undefined };
const UNSAID: RevokedClient = { ...CLIENT, tokenEndpointAuthMethod: undefined };
const MTLS: RevokedClient = { ...UNSAID, certificates: ["cred_1"] };
const SPA: RevokedClient = { ...UNSAID, appType: "spa", grantTypes: ["authorization_code"] };

/** What the application had, and what became of it. */
const states = (first: RevokedClient, now: RevokedClient, keys = [KEY]): string[] =>
  credentialStates({
    incident: incidentOf(),
    client: first,
    keys: { attached: null, keys: [KEY] },
    present: { status: "read", client: now, keys },
    own: [],
    old: { seen: "not seen", tried: "" },
    users: false,
    refreshTokensRevokedAt: null,
    refreshedAt: null,
    now: THREE_AM + 2 * DAY,
  })
    .map(({ what, state }) => `${what}: ${state}`)
    .slice(0, -1); // the access tokens

test.each<[string, string[], string[]]>([
  ["authenticates with a certificate", states(MTLS, MTLS), ["certificate cred_1: alive"]],
  ["had its certificate taken off", states(MTLS, { ...MTLS, certificates: [] }), ["certificate cred_1: dead"]],
  [
    "was made to authenticate with a certificate that was registered before",
    states(CLIENT, MTLS),
    [
      "client secret: alive",
      "certificate cred_1: alive",
      "its way to authenticate, which is certificates and was client_secret_post: alive",
    ],
  ],
  ["is public, though Auth0 does not say so", states(SPA, SPA, []), ["registered key cred_1: dead"]],
  [
    "was public, and logs in with a secret now",
    states(SPA, { ...SPA, tokenEndpointAuthMethod: "client_secret_post" }, []),
    ["client secret: alive", "registered key cred_1: dead"],
  ],
  [
    "did not say how, and has a key since",
    states(SPA, { ...SPA, attachedKeys: ["cred_2"] }, [KEY, LATER]),
    ["registered key cred_1: dead", "the registered key cred_2: alive"],
  ],
  [
    "does not say how now, and has a key since",
    states(CLIENT, UNSAID, [KEY, LATER]),
    ["client secret: alive", "registered key cred_1: unknown", "the registered key cred_2: unknown"],
  ],
])("says of each credential of an application that %s what became of it", (_, seen, expected) => {
  expect(seen).toEqual(expected);
});
