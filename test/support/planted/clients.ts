import type { JsonObject } from "../../../lib/sandbox/state/records.ts";
import type { ClientSeed } from "../../../lib/sandbox/tenant-seed.ts";
import { drawKeys, type KeyTruth } from "./client-keys.ts";
import type { Dealer } from "./dealer.ts";
import { drawRefreshTokens, type RefreshTruth } from "./refresh-tokens.ts";
import { clean, faulty, type Verdict } from "./verdict.ts";

/** An application, and what is true of it. */
export interface PlantedClient {
  id: string;
  seed: ClientSeed;
  /** It cannot keep a secret: single-page, native, or without client authentication. */
  isPublic: boolean;
  /** Its type says that people use it. */
  isForPeople: boolean;
  isFirstParty: boolean;
  /** It has a secret, and no key that takes its place. */
  usesSecret: boolean;
  publicWithSecret: boolean;
  usesImplicit: boolean;
  usesLegacyFlow: boolean;
  idToken: Verdict;
  /** How long its ID tokens live, in seconds. */
  idTokenSeconds: number;
  hs256: boolean;
  /** Undefined where it may not use refresh tokens. */
  refresh: RefreshTruth | undefined;
  /** A stolen refresh token is of no use to a thief. */
  isBound: boolean;
  keys: KeyTruth[];
}

interface Kind {
  fields: JsonObject;
  omit?: string[];
  isPublic?: boolean;
  isForPeople?: boolean;
  publicWithSecret?: boolean;
}

const METHOD = "token_endpoint_auth_method";

/** Types and ways to authenticate; absent types and methods are as common as present ones. */
const KINDS: readonly Kind[] = [
  { fields: { app_type: "spa", [METHOD]: "none" }, isPublic: true, isForPeople: true },
  { fields: { app_type: "spa" }, omit: [METHOD], isPublic: true, isForPeople: true },
  {
    fields: { app_type: "spa", [METHOD]: "client_secret_post" },
    isPublic: true,
    isForPeople: true,
    publicWithSecret: true,
  },
  { fields: { app_type: "native", [METHOD]: "none" }, isPublic: true, isForPeople: true },
  {
    fields: { app_type: "native", [METHOD]: "client_secret_basic" },
    isPublic: true,
    isForPeople: true,
    publicWithSecret: true,
  },
  { fields: { app_type: "regular_web" }, isForPeople: true },
  { fields: { app_type: "regular_web", [METHOD]: "client_secret_basic" }, isForPeople: true },
  { fields: { app_type: "regular_web", [METHOD]: "none" }, isPublic: true, isForPeople: true },
  { fields: { app_type: "non_interactive", [METHOD]: "client_secret_post" } },
  { fields: { app_type: "non_interactive" } },
  { fields: {} },
  { fields: { [METHOD]: "none" }, isPublic: true },
];

/** Only applications that keep a secret have keys instead of one. */
const KEYED: readonly Kind[] = [
  { fields: { app_type: "regular_web" }, isForPeople: true },
  { fields: { app_type: "non_interactive" } },
  { fields: {} },
];

interface Flows {
  types: string[];
  implicit?: boolean;
  legacy?: boolean;
  /** No flow in which a person logs in. */
  machineOnly?: boolean;
}

const MODERN: readonly Flows[] = [
  { types: [], machineOnly: true },
  { types: ["client_credentials"], machineOnly: true },
  { types: ["authorization_code"] },
  { types: ["authorization_code", "refresh_token"] },
  { types: ["authorization_code", "refresh_token", "client_credentials"] },
  { types: ["refresh_token", "urn:ietf:params:oauth:grant-type:device_code"] },
  { types: ["password"], legacy: true },
  { types: ["http://auth0.com/oauth/grant-type/password-realm", "refresh_token"], legacy: true },
];
const WITH_IMPLICIT: readonly Flows[] = [
  ...MODERN,
  { types: ["implicit"], implicit: true, legacy: true },
  { types: ["authorization_code", "implicit", "refresh_token"], implicit: true, legacy: true },
];

/** Medium above 10 hours, high above 24. */
const ID_TOKEN = [
  clean<JsonObject>({}),
  clean<JsonObject>({ lifetime_in_seconds: 300 }),
  clean<JsonObject>({ lifetime_in_seconds: 36_000 }),
  faulty<JsonObject>("medium", { lifetime_in_seconds: 36_001 }),
  faulty<JsonObject>("medium", { lifetime_in_seconds: 86_400 }),
  faulty<JsonObject>("high", { lifetime_in_seconds: 86_401 }),
  faulty<JsonObject>("high", { lifetime_in_seconds: 31_536_000 }),
];

const ALGORITHMS = ["RS256", "RS256", "PS256", undefined, "HS256"];
const FIRST_PARTY = [true, true, undefined, undefined, undefined, false];
const BOUND = [true, false, false, undefined];
const NAMES = ["Checkout", "Ünïcödé \u202E", "<script>alert(1)</script>", "=1+1", "[x](y) {0}", ""];

/** What applications may be in a tenant. */
export interface ClientOptions {
  now: number;
  /** Some may use the implicit flow. */
  implicit: boolean;
  /** No refresh token lives for more than 7 days. */
  shortRefresh: boolean;
  /** How many have registered keys; each costs a request. */
  keyed: number;
}

/** Draws one application. */
export function drawClient(
  dealer: Dealer,
  index: number,
  { now, implicit, shortRefresh, keyed }: ClientOptions,
): PlantedClient {
  const { deal } = dealer;
  const hasKeys = index < keyed;
  const kind = deal(hasKeys ? KEYED : KINDS);
  const flows = deal(implicit ? WITH_IMPLICIT : MODERN);
  const [idToken, algorithm, firstParty, bound] = [deal(ID_TOKEN), deal(ALGORITHMS), deal(FIRST_PARTY), deal(BOUND)];
  // Third-party applications may choose an address for an id.
  const id = firstParty === false ? `https://partner.example/${index}` : `client-${index}`;
  const keys = hasKeys ? drawKeys(dealer, `client-${index}`, now) : { seed: {}, truth: [] };
  const mayRefresh = flows.types.includes("refresh_token");
  const refresh = drawRefreshTokens(dealer, shortRefresh);
  return {
    id,
    seed: {
      name: `${deal(NAMES)}${index}`,
      client_id: id,
      ...kind.fields,
      omit: [
        ...(kind.omit ?? []),
        ...(refresh.settings ? [] : ["refresh_token"]),
        ...(firstParty === undefined ? ["is_first_party"] : []),
      ],
      grant_types: flows.types,
      jwt_configuration: { ...idToken.value, ...(algorithm === undefined ? {} : { alg: algorithm }) },
      ...(refresh.settings ? { refresh_token: refresh.settings } : {}),
      ...(firstParty === undefined ? {} : { is_first_party: firstParty }),
      ...(bound === undefined ? {} : { require_proof_of_possession: bound }),
      ...keys.seed,
    },
    isPublic: kind.isPublic ?? false,
    isForPeople: kind.isForPeople ?? false,
    isFirstParty: firstParty !== false,
    usesSecret: !kind.isPublic && !hasKeys,
    publicWithSecret: kind.publicWithSecret ?? false,
    usesImplicit: flows.implicit ?? false,
    usesLegacyFlow: flows.legacy ?? false,
    idToken: idToken.verdict,
    idTokenSeconds: Number(idToken.value.lifetime_in_seconds ?? 36_000),
    hs256: algorithm === "HS256" && !flows.machineOnly,
    refresh: mayRefresh ? refresh.truth : undefined,
    isBound: bound === true,
    keys: keys.truth,
  };
}
