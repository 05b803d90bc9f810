import type { JsonObject } from "../../../lib/sandbox/state/records.ts";
import type { Dealer } from "./dealer.ts";
import { type Card, clean, faulty, type Verdict } from "./verdict.ts";

/** An API, and what is true of it. */
export interface PlantedApi {
  id: string;
  identifier: string;
  fields: JsonObject;
  accessToken: Verdict;
  /** Its tokens for the browser live longer than they may. */
  implicitTooLong: boolean;
  /** How long its tokens live at most, in seconds. */
  seconds: number;
  offline: boolean;
  hs256: boolean;
  openToUsers: boolean;
}

interface Lifetimes {
  fields: JsonObject;
  verdict?: Verdict;
  implicit?: boolean;
  seconds: number;
}

const DAY = 86_400;
const lifetimes = (access: number, web: number, judged: { verdict?: Verdict; implicit?: boolean } = {}): Lifetimes => ({
  fields: { token_lifetime: access, token_lifetime_for_web: web },
  seconds: access,
  ...judged,
});

/** Access tokens: medium above 24 hours, high above 6 days. For the browser: 2 hours, the smaller of both numbers. */
const LIFETIMES: readonly Lifetimes[] = [
  lifetimes(DAY, 7_200),
  lifetimes(DAY, 7_200),
  lifetimes(DAY, 7_201, { implicit: true }),
  lifetimes(300, DAY),
  lifetimes(7_200, 7_201),
  lifetimes(DAY + 1, 7_200, { verdict: "medium" }),
  lifetimes(6 * DAY, 300, { verdict: "medium" }),
  lifetimes(6 * DAY + 1, 30 * DAY, { verdict: "high", implicit: true }),
  lifetimes(30 * DAY, 7_200, { verdict: "high" }),
  { fields: { token_lifetime: undefined, token_lifetime_for_web: undefined }, seconds: DAY },
  { fields: { token_lifetime: undefined, token_lifetime_for_web: 7_201 }, seconds: DAY, implicit: true },
];

const OFFLINE = [true, false, undefined];
const ALGORITHMS = ["RS256", "PS256", "RS512", "HS256"];

const userPolicy = (policy: string): JsonObject => ({
  subject_type_authorization: { user: { policy }, client: { policy: "require_client_grant" } },
});
const POLICIES: readonly Card<JsonObject>[] = [
  clean(userPolicy("deny_all")),
  clean(userPolicy("require_client_grant")),
  faulty("medium", userPolicy("allow_all")),
];

/** Draws one API of the tenant's own. */
export function drawApi({ deal }: Dealer, index: number, { offline }: { offline: boolean }): PlantedApi {
  const [life, allows, algorithm, policy] = [deal(LIFETIMES), deal(OFFLINE), deal(ALGORITHMS), deal(POLICIES)];
  const isOffline = offline && allows === true;
  const identifier = `https://api-${index}.example/`;
  return {
    id: `api-${index}`,
    identifier,
    fields: {
      name: `API ${index}`,
      ...life.fields,
      allow_offline_access: isOffline ? true : allows === undefined ? undefined : false,
      signing_alg: algorithm,
      ...policy.value,
    },
    accessToken: life.verdict,
    implicitTooLong: life.implicit ?? false,
    seconds: life.seconds,
    offline: isOffline,
    hs256: algorithm === "HS256",
    openToUsers: policy.verdict !== undefined,
  };
}

/** The Management API's own entry, and what is true of it. */
export interface PlantedManagementApi {
  id: string;
  fields: { id: string } & JsonObject;
  token: Verdict;
  userAccess: Verdict;
  seconds: number;
}

/** Low above 1 hour, high above 24; absent is Auth0's 24 hours. */
const MANAGEMENT_TOKENS = [
  clean<number | undefined>(300),
  clean<number | undefined>(3_600),
  faulty<number | undefined>("low", 3_601),
  faulty<number | undefined>("low", undefined),
  faulty<number | undefined>("low", DAY),
  faulty<number | undefined>("high", DAY + 1),
];
const MANAGEMENT_POLICIES: readonly Card<JsonObject>[] = [
  clean(userPolicy("deny_all")),
  clean(userPolicy("require_client_grant")),
  faulty("high", userPolicy("allow_all")),
];

/** Draws the Management API's settings. */
export function drawManagementApi({ deal }: Dealer): PlantedManagementApi {
  const [token, policy] = [deal(MANAGEMENT_TOKENS), deal(MANAGEMENT_POLICIES)];
  const id = "api-management";
  return {
    id,
    fields: { id, token_lifetime: token.value, ...policy.value },
    token: token.verdict,
    userAccess: policy.verdict,
    seconds: token.value ?? DAY,
  };
}
