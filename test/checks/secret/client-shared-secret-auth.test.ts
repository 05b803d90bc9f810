import { describe, expect, test } from "vitest";
import check from "../../../lib/checks/secret/client-shared-secret-auth.ts";
import { aGrant, ORDERS } from "../../support/grants.ts";
import { aClient, aContext, anAuthentication, byPrivateKey } from "../../support/inventory.ts";
import { evaluateCheck, verdicts } from "../evaluate-check.ts";

const CLIENTS = { clients: [aClient()], clientAuthentication: [anAuthentication()] };
const WRITING = { scope: ["read:users", "update:users"] };

describe("which applications authenticate with a secret", () => {
  test.each([
    { title: "a web application", client: {}, authentication: {}, expected: ["info"] },
    {
      title: "of no type, method absent, which is client_secret_post",
      client: { app_type: null },
      authentication: {},
      expected: ["info"],
    },
    {
      title: "its secret in the header",
      client: { token_endpoint_auth_method: "client_secret_basic" },
      authentication: {},
      expected: ["info"],
    },
    { title: "by private key", client: {}, authentication: byPrivateKey("cred_1"), expected: ["pass"] },
    {
      title: "by certificate",
      client: {},
      authentication: { client_authentication_methods: { tls_client_auth: { credentials: [] } } },
      expected: ["pass"],
    },
    {
      title: "by private key as it registered itself",
      client: { token_endpoint_auth_method: "private_key_jwt" },
      authentication: {},
      expected: ["pass"],
    },
    { title: "single-page", client: { app_type: "spa" }, authentication: {}, expected: ["pass"] },
    { title: "native", client: { app_type: "native" }, authentication: {}, expected: ["pass"] },
    {
      title: "without authentication",
      client: { token_endpoint_auth_method: "none" },
      authentication: {},
      expected: ["pass"],
    },
    {
      title: "methods null, which is absent",
      client: {},
      authentication: { client_authentication_methods: null },
      expected: ["info"],
    },
    {
      title: "methods without any, which exclude the secret all the same",
      client: {},
      authentication: { client_authentication_methods: {} },
      expected: ["pass"],
    },
    {
      title: "methods unreadable",
      client: {},
      authentication: { client_authentication_methods: "private_key_jwt" },
      expected: ["unknown"],
    },
    { title: "type unreadable", client: { app_type: 1 }, authentication: {}, expected: ["unknown"] },
    {
      title: "type unreadable, by private key",
      client: { app_type: 1 },
      authentication: byPrivateKey("cred_1"),
      expected: ["pass"],
    },
    { title: "the global client", client: { global: true }, authentication: {}, expected: [] },
  ])("$title: $expected", ({ client, authentication, expected }) => {
    const sections = {
      clients: [aClient(client)],
      clientAuthentication: [anAuthentication(authentication)],
      clientGrants: [],
    };

    expect(verdicts(evaluateCheck(check, sections))).toEqual(expected);
  });

  test("nobody knows of one that is not among the answers about authentication", () => {
    const outcomes = evaluateCheck(check, { clients: [aClient()], clientAuthentication: [], clientGrants: [] });

    expect(verdicts(outcomes)).toEqual(["unknown"]);
  });
});

describe("what its secret opens", () => {
  test.each([
    { title: "reading scopes only", grants: [{}], expected: ["info"] },
    { title: "a writing scope", grants: [WRITING], expected: ["medium"] },
    { title: "a writing scope for users", grants: [{ ...WRITING, subject_type: "user" }], expected: ["medium"] },
    { title: "all scopes", grants: [{ allow_all_scopes: true, scope: null }], expected: ["medium"] },
    { title: "a reading scope with a space before it", grants: [{ scope: [" read:users"] }], expected: ["info"] },
    { title: "no scopes", grants: [{ scope: null }], expected: ["info"] },
    { title: "writing at another API", grants: [{ ...WRITING, audience: ORDERS }], expected: ["info"] },
    { title: "somebody else's writing", grants: [{ ...WRITING, client_id: "client-2" }], expected: ["info"] },
    {
      title: "writing by default for third parties",
      grants: [{ ...WRITING, client_id: null, default_for: "third_party_clients" }],
      expected: ["info"],
    },
    { title: "an unreadable scope list", grants: [{ scope: "update:users" }], expected: ["unknown"] },
    { title: "an unreadable allow_all_scopes", grants: [{ allow_all_scopes: "yes" }], expected: ["unknown"] },
    { title: "writing at an unreadable API", grants: [{ ...WRITING, audience: 1 }], expected: ["unknown"] },
    { title: "reading at an unreadable API", grants: [{ audience: 1 }], expected: ["info"] },
    { title: "writing of somebody unreadable", grants: [{ ...WRITING, client_id: 1 }], expected: ["unknown"] },
    { title: "an unreadable grant and a writing one", grants: [{ scope: 1 }, WRITING], expected: ["medium"] },
  ])("$title: $expected", ({ grants, expected }) => {
    const clientGrants = grants.map((grant, index) => aGrant({ id: `cgr_${index}`, ...grant }));

    expect(verdicts(evaluateCheck(check, { ...CLIENTS, clientGrants }))).toEqual(expected);
  });

  test("an application without a secret is no finding, whatever it may do", () => {
    const clientAuthentication = [anAuthentication(byPrivateKey("cred_1"))];
    const clientGrants = [aGrant(WRITING)];

    expect(verdicts(evaluateCheck(check, { ...CLIENTS, clientAuthentication, clientGrants }))).toEqual(["pass"]);
  });
});

test("with the note switched off, only those that may write are told", () => {
  const sections = {
    clients: [aClient({ client_id: "reader" }), aClient({ client_id: "writer" })],
    clientAuthentication: [anAuthentication({ client_id: "reader" }), anAuthentication({ client_id: "writer" })],
    clientGrants: [aGrant({ ...WRITING, client_id: "writer" })],
  };

  const outcomes = [...check.evaluate(sections, { managementWrites: "medium" }, aContext())];

  expect(outcomes).toMatchObject([{ resource: { id: "writer" }, severity: "medium" }]);
});
