import { expect, test } from "vitest";
import check from "../../../lib/checks/secret/client-unmanaged.ts";
import { aHistory } from "../../support/history.ts";
import { aClient, aContext, anAuthentication, byPrivateKey } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

test.each([
  { title: "that Curfew does not know", managed: [], client: {}, authentication: {}, expected: ["medium"] },
  { title: "that Curfew looks after", managed: ["client-1"], client: {}, authentication: {}, expected: ["pass"] },
  { title: "of another one", managed: ["client-2"], client: {}, authentication: {}, expected: ["medium"] },
  { title: "that is none", managed: [], client: { app_type: "native" }, authentication: {}, expected: [] },
  { title: "of the tenant", managed: [], client: { global: true }, authentication: {}, expected: [] },
  { title: "replaced by a key", managed: [], client: {}, authentication: byPrivateKey("cred_1"), expected: [] },
  {
    title: "of nobody knows what kind",
    managed: [],
    client: {},
    authentication: { client_authentication_methods: 5 },
    expected: ["unknown"],
  },
])("a secret $title: $expected", ({ managed, client, authentication, expected }) => {
  const sections = { clients: [aClient(client)], clientAuthentication: [anAuthentication(authentication)] };
  const context = aContext({ history: aHistory({ managed: new Set(managed) }) });

  expect(verdicts(evaluateCheck(check, sections, "baseline", context))).toEqual(expected);
});
