import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasReference, type Recording, recordings } from "../support/reference.ts";
import {
  ADMIN,
  type Answer,
  type Api,
  adminApi,
  apiWithScopes,
  aSandbox,
  askToken,
  MANAGEMENT_API,
  machine,
} from "./support/a-sandbox.ts";
import { SEED } from "./support/tour.ts";

type World = Awaited<ReturnType<typeof aSandbox>>;

/** The request of a recording, asked of a sandbox tenant; resources have the sandbox's own ids. */
interface Case {
  prefix: string;
  ask(api: Api, world: World): Promise<Answer>;
  /** Other recordings of the same kind of resource, whose fields a sandbox tenant may have too. */
  like?: string[];
}

/** Every recording of a kind of resource: what one tenant had not set, another had. */
const CLIENTS = ["001", "003", "004", "014", "024"];
const GRANTS = ["039", "041", "046", "047", "048", "049", "098"];
const APIS = ["051", "052", "053", "058", "059"];
const CREDENTIALS = ["028", "029", "031", "032"];
const LOGS = ["087", "088", "089"];

const cases: Case[] = [
  { prefix: "001", like: CLIENTS, ask: (api) => api("GET /clients?page=0&per_page=100&include_totals=true") },
  {
    prefix: "002",
    like: CLIENTS,
    ask: (api) => api("GET /clients?page=0&per_page=100&include_totals=true&is_global=true"),
  },
  {
    prefix: "003",
    like: CLIENTS,
    ask: (api) => api("GET /clients?page=0&per_page=100&include_totals=true&is_global=false"),
  },
  {
    prefix: "010",
    ask: (api) =>
      api(
        "GET /clients?fields=client_id,my_organization_configuration&include_fields=true&include_totals=true&per_page=50",
      ),
  },
  { prefix: "022", like: CLIENTS, ask: (api) => api("POST /clients/shop/rotate-secret") },
  { prefix: "023", like: CLIENTS, ask: (api) => api("PATCH /clients/shop", switchToKeys("cred_shop")) },
  { prefix: "024", like: CLIENTS, ask: (api) => api("GET /clients/robot") },
  { prefix: "026", ask: (api) => api("GET /clients/window/credentials?include_totals=true&per_page=50") },
  { prefix: "027", ask: (api) => registerRecordedKey(api, "027") },
  { prefix: "029", like: CREDENTIALS, ask: (api) => api("GET /clients/robot/credentials") },
  { prefix: "033", ask: (api) => registerRecordedKey(api, "033") },
  { prefix: "034", ask: (api) => registerRecordedKey(api, "034") },
  { prefix: "035", like: CREDENTIALS, ask: (api) => api("PATCH /clients/robot/credentials/cred_robot", bodyOf("035")) },
  { prefix: "038", like: CREDENTIALS, ask: (api) => api("PATCH /clients/robot/credentials/cred_robot", bodyOf("038")) },
  { prefix: "039", like: GRANTS, ask: (api) => api("GET /client-grants?include_totals=true&take=50") },
  {
    prefix: "041",
    like: GRANTS,
    ask: (api) => api("POST /client-grants", { client_id: "window", audience: MANAGEMENT_API, scope: ["read:users"] }),
  },
  { prefix: "042", like: GRANTS, ask: (api) => api("PATCH /client-grants/cgr_shop", { scope: ["read:users"] }) },
  { prefix: "049", like: GRANTS, ask: (api) => api("GET /client-grants?include_totals=true&per_page=50") },
  { prefix: "051", like: APIS, ask: (api) => api("GET /resource-servers?page=0&per_page=100&include_totals=true") },
  { prefix: "053", like: APIS, ask: (api) => api(`GET /resource-servers/${encodeURIComponent(MANAGEMENT_API)}`) },
  { prefix: "057", like: APIS, ask: (api) => api("GET /resource-servers/rs-orders") },
  { prefix: "064", ask: (api) => api("GET /tenants/settings") },
  { prefix: "074", ask: (api) => api("GET /keys/signing") },
  { prefix: "077", ask: (api) => api("POST /network-acls", bodyOf("077")) },
  { prefix: "079", ask: (api) => api("PUT /network-acls/acl_1", bodyOf("079")) },
  { prefix: "078", like: ["079"], ask: (api) => api("GET /network-acls/acl_1") },
  { prefix: "082", ask: (api) => api("DELETE /clients/shop") },
  {
    prefix: "083",
    ask: async (api, world) => {
      await world.tenant.issueUserTokens({ clientId: "window", userId: "u", audience: "https://spare/" });
      return api("GET /users/u/refresh-tokens?include_totals=true&per_page=50");
    },
  },
  { prefix: "084", ask: (api) => api("DELETE /users/UserID/refresh-tokens") },
  { prefix: "087", like: LOGS, ask: (api) => withOneWrite(api, () => "GET /logs?page=0&per_page=1") },
  { prefix: "088", like: LOGS, ask: (api) => withOneWrite(api, () => "GET /logs?per_page=1&q=type%3A%22sapi%22") },
  { prefix: "089", like: LOGS, ask: (api) => withOneWrite(api, (latest) => `GET /logs?from=${latest}&take=2`) },
  {
    prefix: "091",
    ask: (_, world) =>
      askToken(world.tenant, {
        grant_type: "client_credentials",
        client_id: ADMIN.id,
        client_secret: ADMIN.secret,
        audience: "https://spare/",
      }),
  },
  { prefix: "095", ask: (api) => api("GET /clients/this-client-does-not-exist") },
  { prefix: "096", ask: (api) => api("GET /resource-servers/this-resource-server-does-not-exist") },
  { prefix: "097", ask: (api) => api("GET /client-grants/cgr_rjwWj5cdN8YMLe7y") },
  {
    prefix: "098",
    ask: (api) => api("POST /client-grants", { client_id: "express", audience: "https://spare/", scope: [] }),
  },
  { prefix: "092", ask: async (_, world) => (await apiWithScopes(world.tenant, "read:logs"))("GET /clients") },
  { prefix: "114", ask: (api, world) => withoutFeature(world, true, () => api("GET /actions/actions")) },
  {
    prefix: "113",
    ask: (api, world) => withoutFeature(world, "feature_not_enabled_400", () => api("GET /actions/actions")),
  },
  {
    prefix: "112",
    ask: (api, world) => withoutFeature(world, "insufficient_scope", () => api("GET /actions/actions")),
  },
  {
    prefix: "099",
    ask: (api, world) => withoutFeature(world, "insufficient_entitlement", () => api("GET /actions/actions")),
  },
  { prefix: "108", ask: (api, world) => faulty(world, "global", () => api("GET /clients")) },
  { prefix: "110", ask: (api, world) => faulty(world, "endpoint", () => api("GET /clients")) },
];

describe.skipIf(!hasReference)("answers, held against what real tenants answered", () => {
  let world: World;
  let api: Api;

  beforeAll(async () => {
    world = await aSandbox({
      ...SEED,
      clientGrants: [...SEED.clientGrants, { client_id: ADMIN.id, audience: "https://spare/", scope: [] }],
      clients: [...SEED.clients, machine("express", { app_type: "express_configuration" })],
    });
    api = await adminApi(world.tenant);
    const key = world.tenant.state.credentials.get("robot")?.[0];
    world.tenant.state.credentials.set("shop", key ? [{ ...key, id: "cred_shop" }] : []);
  });
  afterAll(() => world.sandbox.close());

  it.each(cases)("$prefix: the same status, no field that real answers lack", async ({ prefix, ask, like = [] }) => {
    const recorded = recording(prefix);
    const answer = await ask(api, world);
    expect(answer.status).toBe(recorded.status);
    const real = unionOf([recorded, ...like.map(recording)]);
    const differences = [...resourceTypes(answer.body)].filter(([field, types]) => !agrees(field, types, real));
    expect(differences.map(([field, types]) => `${field}: ${[...types].join()}`)).toEqual([]);
  });

  it.each([
    {
      title: "application",
      real: ["001", "003", "004"],
      list: "clients",
      call: "GET /clients?include_totals=true&is_global=false",
    },
    { title: "global client", real: ["002"], list: "clients", call: "GET /clients?include_totals=true&is_global=true" },
    { title: "API", real: ["051", "052"], list: "resource_servers", call: "GET /resource-servers?include_totals=true" },
    {
      title: "client grant",
      real: ["039", "049"],
      list: "client_grants",
      call: "GET /client-grants?include_totals=true",
    },
    { title: "network ACL", real: ["077"], list: "", call: "GET /network-acls" },
    { title: "registered key", real: ["028", "029", "031", "032"], list: "", call: "GET /clients/robot/credentials" },
  ])("carry every field that every real $title has", async ({ real, list, call }) => {
    const itemsOf = (body: unknown) => [list === "" ? body : (body as Item)[list]].flat() as Item[];
    const recorded = real.flatMap((prefix) => itemsOf(recording(prefix).response_body));
    const compared = real.includes("002") ? recorded : recorded.filter(({ global }) => global !== true);
    const always = Object.keys(compared[0] ?? {}).filter((field) =>
      compared.every((item) => Object.hasOwn(item, field)),
    );
    const items = itemsOf((await api(call)).body);
    expect([items.length, always.length].every((count) => count > 0)).toBe(true);
    const missing = items.flatMap((item) => always.filter((field) => !Object.hasOwn(item, field)));
    expect([...new Set(missing)].filter((field) => !SET_BY_SOMEBODY.includes(field))).toEqual([]);
  });

  it("name the error in the same words and codes", async () => {
    for (const prefix of ["095", "096", "097", "108", "110", "113", "114"]) {
      const answer = await caseOf(prefix).ask(api, world);
      expect(answer.body, prefix).toEqual(recording(prefix).response_body);
    }
    console.log(`recordings: ${cases.length} requests asked again`);
  });
});

function caseOf(prefix: string): Case {
  const found = cases.find((candidate) => candidate.prefix === prefix);
  if (!found) throw new Error(`no case ${prefix}`);
  return found;
}

function recording(prefix: string): Recording {
  const [found] = recordings(prefix);
  if (!found) throw new Error(`no recording ${prefix}`);
  return found;
}

const bodyOf = (prefix: string) => recording(prefix).request_body;

const switchToKeys = (id: string) => ({
  client_authentication_methods: { private_key_jwt: { credentials: [{ id }] } },
  token_endpoint_auth_method: null,
});

/** Registers the certificate that was registered when the recording was made. */
async function registerRecordedKey(api: Api, prefix: string): Promise<Answer> {
  const { body: client } = await api("POST /clients", { name: `for ${prefix}` });
  return api(`POST /clients/${client.client_id}/credentials`, bodyOf(prefix));
}

/** Reads the log right after a write; `call` is told the id of the event before it. */
async function withOneWrite(api: Api, call: (latest: string) => string): Promise<Answer> {
  const { body: latest } = await api("GET /logs?per_page=1");
  await api("PATCH /tenants/settings", { friendly_name: "Acme" });
  return api(call(latest[0].log_id));
}

async function withoutFeature(
  world: World,
  as: true | "feature_not_enabled_400" | "insufficient_scope" | "insufficient_entitlement",
  ask: () => Promise<Answer>,
) {
  world.tenant.state.features.actions = as === true ? false : as;
  try {
    return await ask();
  } finally {
    world.tenant.state.features.actions = true;
  }
}

async function faulty(world: World, limit: "global" | "endpoint", ask: () => Promise<Answer>) {
  world.tenant.faults.add({ times: 1, effect: { kind: "throttle", limit } });
  return ask();
}

type Item = Record<string, unknown>;

/** What the owners of the recorded tenants had set on each of the resources compared, and a secret that keys replace. */
const SET_BY_SOMEBODY = ["owners", "custom_login_page", "subject_type", "client_secret"];

type FieldTypes = Map<string, Set<string>>;

/** Every field of a JSON value by its path, array positions left out, with the types it has. */
function typesOf(value: unknown, path = "", found: FieldTypes = new Map()): FieldTypes {
  const type = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  if (path !== "") found.set(path, (found.get(path) ?? new Set()).add(type));
  if (Array.isArray(value)) for (const item of value) typesOf(item, `${path}[]`, found);
  else if (typeof value === "object" && value !== null) {
    for (const [field, inner] of Object.entries(value)) typesOf(inner, `${path}.${field}`, found);
  }
  return found;
}

/** {@link typesOf} a resource, be it alone, in a plain list or in a page. */
function resourceTypes(body: unknown): FieldTypes {
  const types: FieldTypes = new Map();
  for (const [path, found] of typesOf(body)) {
    const own = path.replace(/^(\.(clients|client_grants|resource_servers))?\[\]/, "");
    types.set(own, new Set([...(types.get(own) ?? []), ...found]));
  }
  return types;
}

function unionOf(all: Recording[]): FieldTypes {
  const union: FieldTypes = new Map();
  for (const { response_body } of all) {
    for (const [path, types] of resourceTypes(response_body))
      union.set(path, new Set([...(union.get(path) ?? []), ...types]));
  }
  return union;
}

/** A field agrees when some real answer has it with the same type, or when its presence says nothing. */
function agrees(field: string, types: Set<string>, real: FieldTypes): boolean {
  if (NOT_COMPARED.some((pattern) => pattern.test(field))) return true;
  const known = real.get(field);
  return known !== undefined && (known.has("null") || [...types].some((type) => known.has(type)));
}

/** Fields whose presence says nothing: each with the reason. */
const NOT_COMPARED = [
  /^\.details\.(request\.(body|query)|response\.body)/, // depends on what was written
  /^\.current_since$/, // the recorder made the list of signing keys up, without dates
];
