import { describe, expect, it } from "vitest";
import { exposures } from "../../../lib/revocation/investigate/exposed.ts";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { DAY, logEvent, THREE_AM } from "../support.ts";

const at = (request: LogEvent["request"]): LogEvent => logEvent(THREE_AM, { request });

describe("of the application that leaked what is exposed", () => {
  it("is what was given to the application itself, but for what Curfew gave it", () => {
    const change = { section: "clientCredentials", what: "new", clientId: "job", name: null, fields: [] } as const;
    const changes = [
      { ...change, id: "cred_9" },
      { ...change, id: "cred_own" },
    ];
    const events = [
      at({ method: "patch", path: "/api/v2/clients/job" }),
      at({ method: "post", path: "/api/v2/clients/job/credentials" }),
    ];
    const found = exposures(events, changes, "job", { own: ["cred_own"], replacedAt: undefined }).exposures;

    expect(found.map(({ clientId, what }) => [clientId, what.slice(0, 80)])).toEqual([
      [null, expect.stringMatching(/^The application that leaked, itself: It was changed/)],
      [null, expect.stringMatching(/itself: A key was registered/)],
      [null, expect.stringMatching(/itself: It has a new key, cred_9/)],
    ]);
  });

  it.each([
    ["is", THREE_AM - 1, [/^The application that leaked, itself: its secret was shown, or set, since it was replaced/]],
    ["is not", THREE_AM + DAY, []],
  ])("%s the application's own secret that was set since it was replaced", (_, replacedAt, expected) => {
    const event = at({ method: "post", path: "/api/v2/clients/job/rotate-secret" });
    const found = exposures([event], [], "job", { own: [], replacedAt }).exposures;

    expect(found.map(({ what }) => what)).toEqual(expected.map((what) => expect.stringMatching(what)));
  });
});
