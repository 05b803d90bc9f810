import { describe, expect, it } from "vitest";
import type { TenantChange } from "../../../lib/revocation/investigate/compare.ts";
import { exposures } from "../../../lib/revocation/investigate/exposed.ts";
import type { LogEvent } from "../../../lib/revocation/ports.ts";
import { logEvent, THREE_AM } from "../support.ts";

describe("what is exposed", () => {
  const at = (request: LogEvent["request"], changes: Partial<LogEvent> = {}): LogEvent =>
    logEvent(THREE_AM, { request, ...changes });

  it.each<[string, LogEvent, [string | null, string]]>([
    [
      "a secret that was read",
      at({ method: "get", path: "/api/v2/clients/web" }, { type: "mgmt_api_read", accessedSecrets: ["client_secret"] }),
      ["web", "Its secret was shown"],
    ],
    [
      "a list of secrets",
      at({ method: "get", path: "/api/v2/clients" }, { type: "mgmt_api_read", accessedSecrets: ["client_secret"] }),
      [null, "The secrets of applications were listed: of all of them, as far as the list went"],
    ],
    [
      "a secret that was rotated",
      at({ method: "post", path: "/api/v2/clients/web/rotate-secret" }),
      ["web", "Its secret was shown"],
    ],
    [
      "a key that was registered",
      at({ method: "post", path: "/api/v2/clients/web/credentials" }),
      ["web", "A key was registered for it"],
    ],
    [
      "an application that was changed",
      at({ method: "patch", path: "/api/v2/clients/tpa_%2Fx" }),
      ["tpa_/x", "It was changed, and may have been given a secret or a key"],
    ],
    [
      "connections that were read",
      at({ method: "get", path: "/api/v2/connections" }, { type: "mgmt_api_read", accessedSecrets: ["client_secret"] }),
      [null, "Secrets of connections were shown: client_secret"],
    ],
  ])("is %s", (_, event, [clientId, what]) => {
    expect(exposures([event], [], "job").exposures).toEqual([
      expect.objectContaining({ clientId, what, events: [event.id] }),
    ]);
  });

  it.each([
    ["post", "clients", "An application was added"],
    ["post", "client-grants", "An application was given rights"],
    ["patch", "client-grants/cgr_1", "An application was given rights, or other ones (cgr_1)"],
    ["post", "log-streams", "A log stream was added or changed"],
    ["post", "users", "A user was added"],
    ["post", "users/auth0%7C1/roles", "A user was added or changed, who may log in (auth0|1)"],
    ["post", "actions/actions", "An action was added, changed or deployed"],
    ["put", "connections/con_1", "A connection was added or changed"],
    ["post", "tickets/password-change", "Something was added or changed below /tickets"],
  ])("is what may have been planted by %s /%s", (method, path, what) => {
    const found = exposures([at({ method, path: `/api/v2/${path}` })], [], "job").exposures;

    expect(found).toMatchObject([{ clientId: null, what: expect.stringContaining(what) }]);
    expect(found[0]?.what).toContain("look it up, and take it away");
  });

  it("is one thing where the log and the comparison tell of the same", () => {
    const id = "evil";
    const events = [
      at({ method: "post", path: "/api/v2/clients" }, { createdClient: id }),
      at({ method: "post", path: "/api/v2/client-grants" }, { grant: { id: "cgr_1", clientId: id } }),
      at({ method: "patch", path: "/api/v2/client-grants/cgr_2" }, { grant: { id: "cgr_2", clientId: "web" } }),
    ];
    const seen = { name: null, fields: [] };
    const changes: TenantChange[] = [
      { ...seen, section: "clients", what: "new", id, clientId: id, name: "Backup tool" },
      { ...seen, section: "clientGrants", what: "new", id: "cgr_1", clientId: id },
      { ...seen, section: "clientGrants", what: "changed", id: "cgr_2", clientId: "web", fields: ["scope"] },
    ];
    const one = (clientId: string, what: string, why: string, event = 0) => ({
      ...{ clientId, what, why, at: THREE_AM, events: [events[event]?.id] },
    });

    expect(exposures(events, changes, "job").exposures).toEqual([
      one(
        "evil",
        "It is a new application, and whoever added it knows its secret",
        "POST /api/v2/clients; not in the last inventory from before (Backup tool)",
      ),
      one("evil", "It has a new grant, cgr_1", "POST /api/v2/client-grants; not in the last inventory from before", 1),
      one(
        "web",
        "Its grant cgr_2 changed",
        "PATCH /api/v2/client-grants/cgr_2; different since the last inventory from before: scope",
        2,
      ),
    ]);
  });

  it("is also what it gave itself", () => {
    const event = at({ method: "post", path: "/api/v2/client-grants" }, { grant: { id: "cgr_1", clientId: "job" } });

    expect(exposures([event], [], "job").exposures).toMatchObject([
      { clientId: null, what: expect.stringContaining("An application was given rights") },
    ]);
  });

  it("is not the application's own secret, and not what only reads", () => {
    const events = [
      at({ method: "get", path: "/api/v2/clients/job" }, { type: "mgmt_api_read", accessedSecrets: ["client_secret"] }),
      at({ method: "delete", path: "/api/v2/client-grants/x" }),
      at({ method: "get", path: "/api/v2/users" }),
      at({ method: "post", path: "/api/v2/users" }, { type: "fapi" }),
    ];

    expect(exposures(events, [], "job").exposures).toEqual([]);
  });
});
