import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { statusText } from "../../bin/rotation/rotation-status-text.ts";
import type { StatusCredential } from "../../lib/rotation/by-hand/status.ts";
import type { Aftercare, RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";
import { ACCEPTED, aftercare, DAY, NOW, rotation } from "./rotation-records.ts";

const HOSTILE = "\u001b[2Jcheckout\u202e";

const known = (more: Partial<StatusCredential> = {}): StatusCredential => ({
  tenant: "acme",
  clientId: "checkout",
  kind: "client-secret",
  secret: "apps/checkout",
  rotate: "auto",
  maxAge: 90 * 86_400,
  hasRotator: true,
  age: { since: NOW - 100 * DAY, source: "vault-version", isAtLeast: false },
  stored: undefined,
  isMissing: false,
  rotation: undefined,
  isAdopted: true,
  ...more,
});

const screen = (width: number) => ({ width, isFixed: true });
const status = (credential: StatusCredential, width = 200): string =>
  statusText({ tenant: "acme", credentials: [credential], leftBehind: [] }, NOW, screen(width));

describe("the status of credentials", () => {
  it("says age and its source, and since when a credential is due", () => {
    expect(status(known())).toMatch(
      /checkout +client-secret +auto +100 d \(vault version\) +never +none +due since 2026-11-13 +ok/,
    );
    const atLeast = known({ age: { since: NOW - DAY, source: "first-seen", isAtLeast: true } });
    expect(status(atLeast)).toMatch(/at least 24 h \(first seen\) .* 2027-02-20 +ok/);
    expect(status(known({ age: undefined }))).toMatch(/auto +not known +never +none +not known/);
  });

  it("says why a credential is held, and with which command it goes on", () => {
    const held = { since: NOW, refusal: null, message: "It failed \u001b[31mthree times." };
    const text = status(known({ rotation: rotation({ held }) }));

    expect(text).toContain("checkout: held since 2026-11-23 06:00 UTC: It failed \uFFFD[31mthree times.");
    expect(text).toContain("\n  Then go on: npx curfew rotate resume --tenant acme --client checkout");
  });

  it.each<{ care: Partial<Aftercare>; kind?: RotationRecord["kind"]; state: string; says: string }>([
    { care: { overdueSince: NOW, answers: [ACCEPTED] }, state: "overdue", says: "is still accepted" },
    { care: { overdueSince: NOW }, state: "overdue", says: "is not proven dead; it should be dead since" },
    {
      care: { from: NOW + DAY, oldKey: { id: "cred_1", kid: "k1" } },
      kind: "private-key",
      state: "aftercare",
      says: "key k1 stays accepted until 2026-11-24 06:00 UTC; then an audit removes it",
    },
    {
      care: { oldKey: { id: "cred_1", kid: "k1" } },
      kind: "private-key",
      state: "aftercare",
      says: "key k1 is to be removed; the next audit",
    },
    { care: { notProvable: "Nothing came of it." }, state: "ok", says: "acme" },
    {
      care: { notProvable: "It is not stored.", givenUpAt: NOW },
      state: "aftercare",
      says: "cannot be proven dead: It is not stored.",
    },
    {
      care: { notProvable: "It is in use again.", ending: "in-use", givenUpAt: NOW },
      state: "aftercare",
      says: "the old secret: It is in use again.",
    },
    { care: {}, state: "aftercare", says: "the old secret is not proven dead yet" },
    { care: { from: NOW + DAY }, kind: "private-key", state: "aftercare", says: "the old key is not proven dead yet" },
    {
      care: { oldKey: { id: "cred_1", kid: "k1" }, goneAt: NOW },
      kind: "private-key",
      state: "aftercare",
      says: "the old key k1 is not proven dead yet",
    },
  ])("says what is left to do: $says", ({ care, kind = "client-secret", state, says }) => {
    const text = status(known({ rotation: rotation({ kind, aftercare: [aftercare(care)] }) }));

    expect(text.split("\n")[2]).toMatch(new RegExp(` ${state}$`));
    expect(text).toContain(says);
  });

  it("says of a credential that nobody adopted how to, and does not call it ok", () => {
    const text = status(known({ isAdopted: false }));

    expect(text).toMatch(/ not adopted$/m);
    expect(text).toContain("npx curfew rotate adopt --tenant acme --client checkout --secret apps/checkout");
  });

  it("shows an order that was refused, which held nothing and of which nobody else is told, with what to do", () => {
    const refused = {
      version: "v1",
      step: "createSecret",
      at: NOW,
      code: "rotation-refused",
      refusal: "current-refused",
      message: "Auth0 refuses the stored credential.",
    } as const;
    const order = { version: "v1", by: "person", at: NOW - 1 } as const;
    const text = status(known({ rotation: rotation({ order, lastFailure: refused }) }));

    expect(text).toMatch(/ failed$/m);
    expect(text).toContain(
      "checkout: refused at createSecret (current-refused), 2026-11-23 06:00 UTC: Auth0 refuses the stored",
    );
    expect(text).toContain("replace it: npx curfew rotate --tenant acme --client checkout --overwrite");
    expect(text).toContain("\n  to go on: npx curfew rotate --tenant acme --client checkout");
    const promoted = { version: "v2", at: NOW + 1 };
    expect(status(known({ rotation: rotation({ order, lastFailure: refused, promoted }) }))).toMatch(/ ok$/);
  });

  it.each([
    ["fields-changed", "  Order it again, with --overwrite where that was said, and it is made of what is current: "],
    [null, "  to begin anew: "],
  ] as const)("says that nothing came of a version, and once how to begin anew (%s)", (refusal, how) => {
    const lastFailure = { version: "v1", step: "setSecret", at: NOW, code: "service-failed", refusal } as const;
    const text = status(
      known({ rotation: rotation({ lastFailure: { ...lastFailure, message: "No.", cameToNothing: NOW } }) }),
    );

    expect(text).toMatch(/ failed$/m);
    expect(text).toContain("No.\n  nothing came of that version");
    expect(text.split("\n").filter((line) => line.includes("npx curfew rotate"))).toEqual([
      `${how}npx curfew rotate --tenant acme --client checkout`,
    ]);
  });

  it("shows an order of which nothing was heard, and how far a version has come", () => {
    const order = { version: "v1", by: "person", at: NOW } as const;
    const ordered = status(known({ rotation: rotation({ order }) }));
    const underWay = { version: "v1", startedAt: NOW };
    const wasRefused = true as const;
    const stages = [underWay, { ...underWay, setAt: NOW }, { ...underWay, setAt: NOW, wasRefused }].map((one) =>
      status(known({ rotation: rotation({ order, underWay: one }) })),
    );

    expect(ordered).toMatch(/ ordered$/m);
    expect(ordered).toContain("ordered at 2026-11-23 06:00 UTC, version v1; nothing was heard of it since");
    expect(ordered).toContain("to go on: npx curfew rotate --tenant acme --client checkout");
    expect(stages[1]).toContain("if it hangs: npx curfew rotate --tenant acme --client checkout");
    expect(stages[0]).toContain("version v1: A new secret is being made and stored; Auth0 does not know it yet.");
    expect(stages[1]).toContain("version v1: The new secret is stored, and Auth0 is being told.");
    expect(stages[2]).toContain("version v1: Auth0 refused it after it was made current; unless AWSCURRENT is on it");
    expect(status(known({ rotation: rotation({ order, promoted: { version: "v1", at: NOW + 1 } }) }))).toMatch(/ ok$/);
  });

  it("says that a version was made current before Auth0 was told of it, and the way forward and back", () => {
    const underWay = { version: "v1", startedAt: NOW, earlySince: NOW + DAY };
    const text = status(known({ rotate: "off", rotation: rotation({ underWay }) }));

    expect(text).toContain("AWSCURRENT is on the version v1, of which Auth0 was not told");
    expect(text.match(/npx curfew rotate .*/g)).toEqual(["npx curfew rotate --tenant acme --client checkout"]);
    expect(text).toContain("--secret-id apps/checkout --version-stage AWSCURRENT --move-to-version-id FORMER");
    expect(status(known({ rotation: rotation({ underWay: { ...underWay, setAt: NOW } }) }))).not.toContain(
      "AWSCURRENT",
    );
  });

  it("says of a credential that is held what audits go on with all the same", () => {
    const held = { since: NOW, refusal: null, message: "No." };
    const textOf = (underWay: RotationRecord["underWay"] & {}) =>
      status(known({ rotation: rotation({ held, underWay }) }));

    expect(textOf({ version: "v1", startedAt: NOW, setAt: NOW })).toContain(
      "each audit goes on trying to finish what Auth0 was told of; no other rotation is begun before you resume",
    );
    expect(textOf({ version: "v1", startedAt: NOW })).not.toContain("each audit");
  });

  it("says once how to go on with a version that failed on its way", () => {
    const lastFailure = { version: "v1", step: "setSecret", at: NOW, code: "unreachable", refusal: null } as const;
    const underWay = { version: "v1", startedAt: NOW, setAt: NOW };
    const text = status(known({ rotation: rotation({ underWay, lastFailure: { ...lastFailure, message: "No." } }) }));

    expect(text).toContain("checkout: under way since");
    expect(text.match(/npx curfew rotate .*/g)).toEqual(["npx curfew rotate --tenant acme --client checkout"]);
  });

  it("says why what is left of a rotation fails", () => {
    const message = "No evidence bucket was named.";
    const failure = { at: NOW, code: "store-failed", refusal: null, message } as const;
    const sentence = `what is left failed last at 2026-11-23 06:00 UTC: ${message}`;
    const withFailure = (parts: Partial<Aftercare>) =>
      status(known({ rotation: rotation({ aftercare: [{ ...aftercare(), failure, ...parts }] }) }));

    expect(withFailure({})).toContain(sentence);
    expect(withFailure({ notProvable: "It is gone." })).not.toContain(sentence);
  });

  it("names what was rotated once, is not configured any more, and is not finished", () => {
    const underWay = { version: "v1", startedAt: NOW, setAt: NOW };
    const leftBehind = [rotation({ clientId: "former", aftercare: [aftercare()], underWay })];

    const text = statusText({ tenant: "acme", credentials: [], leftBehind }, NOW, screen(300));

    expect(text).toMatch(/former +client-secret +not configured/);
    expect(text).toContain("former: it is not in curfew.yaml, so nobody goes on with what is left; put it and");
    expect(text).toMatch(/former: the old secret is not proven dead yet$/m); // no audit goes on with it
    expect(text).not.toContain("npx curfew rotate"); // which would refuse what is not configured
  });

  it("fits a narrow terminal, whatever the application is called; a pipe gets the table", () => {
    const hostile = known({ clientId: `${HOSTILE}${"x".repeat(100)}` });
    const narrow = status(hostile, 40);

    for (const line of narrow.split("\n")) expect(stringWidth(line)).toBeLessThanOrEqual(40);
    for (const hidden of ["\u001b", "\u202e"]) expect(narrow).not.toContain(hidden);
    const piped = statusText({ tenant: "acme", credentials: [hostile], leftBehind: [] }, NOW, {
      width: 40,
      isFixed: false,
    });
    expect(piped.split("\n")).toHaveLength(3);
  });
});
