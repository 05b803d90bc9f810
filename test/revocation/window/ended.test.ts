import { expect, test } from "vitest";
import type { EndedTokens } from "../../../lib/revocation/key-revocation/ended-tokens.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import { exposureWindow, type WindowQuestion } from "../../../lib/revocation/window/window.ts";
import { DAY, HOUR, MINUTE, THREE_AM } from "../support.ts";

const MANAGEMENT = "https://acme.eu.auth0.com/api/v2/";
const ORDERS = "https://orders";
const STOPPED = THREE_AM + 5 * MINUTE;
const REVOKED = THREE_AM + HOUR;

const ENDED: EndedTokens = {
  ...{ kid: "now", currentUntil: REVOKED - MINUTE, at: REVOKED, audiences: [MANAGEMENT], isOnlyKey: true },
};

const TOKEN: TokenFacts = {
  ...{ form: "jwt", issuer: "https://acme.eu.auth0.com/", subject: "job@clients", clientId: "job", scopes: [] },
  ...{ audience: [MANAGEMENT], grantType: "client-credentials", issuedAt: THREE_AM, notBefore: null, jti: null },
  ...{ expiresAt: THREE_AM + 3 * DAY, kid: "now", sha256: "0".repeat(64), signature: { status: "verified" } },
};

/** When the window of a day closes, where a signing key was revoked after an hour. */
function closesAt(changes: Partial<WindowQuestion>, audience = MANAGEMENT): number {
  const window = exposureWindow({
    ...{ domain: "acme.eu.auth0.com", now: REVOKED, reportedAt: THREE_AM, token: null, lifetimesAreChosen: false },
    ...{ reach: { audiences: [audience], users: false }, stoppedAt: STOPPED, refreshTokensRevokedAt: null },
    records: [],
    readings: [{ at: STOPPED, apis: [{ identifier: audience, token_lifetime: 86_400 }] }],
    ended: ENDED,
    ...changes,
  });
  return window.state === "closes" ? window.at : Number.POSITIVE_INFINITY;
}

test("a window is shorter where every token that may be out was signed with the key that was revoked", () => {
  expect(closesAt({})).toBe(REVOKED + MINUTE);
  expect(closesAt({ token: TOKEN })).toBe(REVOKED + MINUTE);
});

test.each([
  { title: "nobody has seen a token refused", changes: { ended: undefined } },
  { title: "it is the window of another API", changes: {}, audience: ORDERS },
  { title: "another key may have signed tokens", changes: { ended: { ...ENDED, isOnlyKey: false } } },
  { title: "issuing was stopped after the key was replaced", changes: { stoppedAt: REVOKED } },
] as { title: string; changes: Partial<WindowQuestion>; audience?: string }[])(
  "it stays as long as it was where $title",
  ({ changes, audience }) => {
    expect(closesAt(changes, audience)).toBeGreaterThan(REVOKED + 12 * HOUR);
    expect(closesAt(changes, audience)).toBe(closesAt({ ...changes, ended: undefined }, audience));
  },
);

test.each([
  { title: "the leaked token was not checked", changes: { token: { ...TOKEN, signature: unchecked() } } },
  {
    title: "the leaked token is for another API, too",
    changes: { token: { ...TOKEN, audience: [MANAGEMENT, ORDERS] } },
  },
  { title: "another key signed the leaked token", changes: { token: { ...TOKEN, kid: "old" } } },
] as { title: string; changes: Partial<WindowQuestion> }[])(
  "it lasts as long as the token where $title",
  ({ changes }) => {
    expect(closesAt(changes)).toBe(THREE_AM + 3 * DAY + MINUTE);
  },
);

function unchecked(): TokenFacts["signature"] {
  return { status: "unverifiable", why: "the keys could not be read" };
}
