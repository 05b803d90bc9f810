import type { JsonObject } from "../../../lib/sandbox/state/records.ts";
import type { ActionSeed, NetworkAclSeed, SigningKeySeed } from "../../../lib/sandbox/tenant-seed.ts";
import { ago, beyond, dateOf, type Moment, within } from "./dates.ts";
import type { Dealer } from "./dealer.ts";
import { type Card, clean, faulty, type Verdict } from "./verdict.ts";

/** The settings of a tenant, and what is true of them. Sessions are in hours, with fractions. */
export interface PlantedSettings {
  fields: JsonObject;
  sessionSeconds: number;
  session: Verdict;
  idle: Verdict;
  ephemeral: Verdict;
  ephemeralIdle: Verdict;
  persistentCookie: Verdict;
  legacyFlags: string[];
  openRegistration: Verdict;
  revocationKeepsGrant: Verdict;
}

type Hours = number | undefined;

const SESSION = [
  clean<Hours>(undefined),
  clean<Hours>(168),
  clean<Hours>(3.0166666666666666),
  faulty<Hours>("medium", 168.5),
  faulty<Hours>("medium", 720),
  faulty<Hours>("high", 720.25),
];
const IDLE = [
  clean<Hours>(undefined),
  clean<Hours>(72),
  faulty<Hours>("medium", 72.01666666666667),
  faulty<Hours>("medium", 168),
  faulty<Hours>("high", 169),
];
const EPHEMERAL = [clean<Hours>(undefined), clean<Hours>(72), faulty<Hours>("medium", 72.5)];
const EPHEMERAL_IDLE = [clean<Hours>(undefined), clean<Hours>(24), faulty<Hours>("medium", 25)];
const COOKIE = [
  clean<JsonObject>({ session_cookie: { mode: "non-persistent" } }),
  faulty<JsonObject>("info", { session_cookie: { mode: "persistent" } }),
  faulty<JsonObject>("info", {}),
  clean<JsonObject>({ session_cookie: { mode: "non-persistent" } }),
];
const LEGACY = [
  "enable_idtoken_api2",
  "allow_legacy_ro_grant_types",
  "allow_legacy_delegation_grant_types",
  "allow_legacy_tokeninfo_endpoint",
];
const ON_OR_OFF = [true, false, undefined];
const REGISTRATION = [faulty<boolean>("medium", true), clean<boolean>(false)];
const REVOCATION = [faulty<boolean>("info", false), clean<boolean>(true)];

const DEFAULT_SESSION = clean<Hours>(168);

/**
 * Draws the settings of a tenant.
 *
 * @param hasDefaultSession sessions last as long as Auth0's default
 */
export function drawSettings({ deal }: Dealer, hasDefaultSession: boolean): PlantedSettings {
  const session = hasDefaultSession ? DEFAULT_SESSION : deal(SESSION);
  const [idle, cookie] = [deal(IDLE), deal(COOKIE)];
  const [ephemeral, ephemeralIdle] = [deal(EPHEMERAL), deal(EPHEMERAL_IDLE)];
  const [registration, revocation] = [deal(REGISTRATION), deal(REVOCATION)];
  const legacy = LEGACY.map((flag) => ({ flag, state: deal(ON_OR_OFF) }));
  return {
    fields: {
      friendly_name: "planted",
      session_lifetime: session.value,
      idle_session_lifetime: idle.value,
      ephemeral_session_lifetime: ephemeral.value,
      idle_ephemeral_session_lifetime: ephemeralIdle.value,
      ...cookie.value,
      flags: {
        ...Object.fromEntries(legacy.map(({ flag, state }) => [flag, state])),
        enable_dynamic_client_registration: registration.value,
        revoke_refresh_token_grant: revocation.value,
      },
    },
    sessionSeconds: (session.value ?? 168) * 3_600,
    session: session.verdict,
    idle: idle.verdict,
    ephemeral: ephemeral.verdict,
    ephemeralIdle: ephemeralIdle.verdict,
    persistentCookie: cookie.verdict,
    legacyFlags: legacy.filter(({ state }) => state === true).map(({ flag }) => flag),
    openRegistration: registration.verdict,
    revocationKeepsGrant: revocation.verdict,
  };
}

/** A mail whose link has a lifetime in seconds; absent from the tenant where nobody customized it. */
export interface PlantedMail {
  template: string;
  lifetime: number | undefined;
  verdict: Verdict;
}

/** Medium above 24 hours; a mail that nobody customized has Auth0's 5 days. */
const RESET: readonly Card<number | undefined>[] = [
  clean(86_400),
  clean(3_600),
  faulty("medium", 86_401),
  faulty("medium", undefined),
];
/** Low above 5 days. */
const OTHER_MAIL: readonly Card<number | undefined>[] = [clean(432_000), clean(undefined), faulty("low", 432_001)];

/** Draws the mails that carry a link. */
export const drawMails = ({ deal }: Dealer): PlantedMail[] =>
  ["reset_email", "verify_email", "blocked_account", "user_invitation"].map((template) => {
    const { value, verdict } = deal(template === "reset_email" ? RESET : OTHER_MAIL);
    return { template, lifetime: value, verdict };
  });

/** An action, and what must be said of each of its secrets. */
export interface PlantedAction {
  id: string;
  seed: ActionSeed;
  secrets: { name: string; verdict: Verdict }[];
}

/** Low above 180 days, medium above 365. */
const SECRET_AGES = [
  clean(ago(0.5)),
  clean(within(180)),
  faulty("low", beyond(180)),
  faulty("low", within(365)),
  faulty("medium", beyond(365)),
];
const SECRET_COUNTS = [0, 1, 1, 2, 3];

/** Draws an action with some secrets. */
export function drawAction({ deal }: Dealer, index: number, now: number): PlantedAction {
  const secrets = Array.from({ length: deal(SECRET_COUNTS) }, (_, number) => ({
    name: `KEY_${number}`,
    ...deal(SECRET_AGES),
  }));
  const id = `action-${index}`;
  const dated = secrets.map(({ name, value }) => ({ name, updated_at: dateOf(value, now) }));
  return { id, seed: { id, name: `Action ${index}`, secrets: dated }, secrets };
}

/** A signing key of the tenant, and what is true of it. */
export interface PlantedSigningKey {
  kid: string;
  seed: SigningKeySeed;
  age: Verdict;
  notRevoked: Verdict;
}

const KEY_AGES = [clean(ago(3)), clean(within(365)), faulty("medium", beyond(365))];
const REVOKED = [false, false, true];

/**
 * Draws a current key and one or two previous ones, one of which has been out of use for about as long as it is
 * needed: until the last token it signed is over, and a day more.
 */
export function drawSigningKeys({ deal }: Dealer, longestToken: number, now: number): PlantedSigningKey[] {
  const age = deal(KEY_AGES);
  const needed = longestToken / 86_400 + 1;
  const ended: Card<Moment>[] = [clean(within(needed)), faulty("medium", beyond(needed))];
  const previous = ended.map(({ value, verdict }, index): PlantedSigningKey => {
    const revoked = deal(REVOKED);
    const kid = `previous-${index}`;
    const seed = {
      kid,
      previous: true,
      revoked,
      current_since: dateOf(ago(900), now),
      current_until: dateOf(value, now),
    };
    return { kid, seed, age: undefined, notRevoked: revoked ? undefined : verdict };
  });
  const current = { kid: "current", current: true, current_since: dateOf(age.value, now) };
  return [{ kid: "current", seed: current, age: age.verdict, notRevoked: undefined }, ...previous];
}

const acl = (scope: string, active: boolean): NetworkAclSeed => ({
  description: `${scope} ${active}`,
  active,
  rule: { scope, action: { block: true }, not_match: { ipv4_cidrs: ["127.0.0.0/8"] } },
});

/** Medium without an active list for the Management API. */
const NETWORK_ACLS = [
  faulty<NetworkAclSeed[]>("medium", []),
  faulty<NetworkAclSeed[]>("medium", [acl("management", false)]),
  faulty<NetworkAclSeed[]>("medium", [acl("authentication", true)]),
  clean<NetworkAclSeed[]>([acl("management", true)]),
  clean<NetworkAclSeed[]>([acl("authentication", false), acl("management", true)]),
];

/** Draws the network ACLs of a tenant. */
export const drawNetworkAcls = ({ deal }: Dealer): Card<NetworkAclSeed[]> => deal(NETWORK_ACLS);
