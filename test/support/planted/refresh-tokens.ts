import type { RefreshTokenSettings } from "../../../lib/sandbox/state/records.ts";
import type { Dealer } from "./dealer.ts";
import { clean, faulty, type Verdict } from "./verdict.ts";

/** What is true of an application's refresh tokens. */
export interface RefreshTruth {
  /** They have no absolute lifetime. */
  neverExpires: boolean;
  /** How long they live: infinite when they never expire. */
  seconds: number;
  absolute: Verdict;
  idleNever: boolean;
  idle: Verdict;
  rotating: boolean;
  leeway: Verdict;
}

const DAY = 86_400;

const ROTATION = ["rotating", "rotating", "rotating", "non-rotating", undefined] as const;

interface Absolute {
  fields: RefreshTokenSettings;
  seconds: number;
  verdict: Verdict;
}

const expiring = (seconds: number, verdict: Verdict): Absolute => ({
  fields: { expiration_type: "expiring", infinite_token_lifetime: false, token_lifetime: seconds },
  seconds,
  verdict,
});

const endless = (fields: RefreshTokenSettings): Absolute => ({
  fields,
  seconds: Number.POSITIVE_INFINITY,
  verdict: undefined,
});

/** Medium above 30 days, high above 90; the infinite flag wins over the number and over the type. */
const ABSOLUTE: readonly Absolute[] = [
  expiring(3_600, undefined),
  expiring(7 * DAY, undefined),
  expiring(30 * DAY, undefined),
  expiring(30 * DAY + 1, "medium"),
  expiring(90 * DAY, "medium"),
  expiring(90 * DAY + 1, "high"),
  { fields: { expiration_type: "expiring", token_lifetime: 3_600 }, seconds: 3_600, verdict: undefined },
  endless({ expiration_type: "expiring", infinite_token_lifetime: true, token_lifetime: 3_600 }),
  endless({ expiration_type: "non-expiring", infinite_token_lifetime: true, token_lifetime: 30 * DAY }),
  endless({ expiration_type: "non-expiring", infinite_token_lifetime: false, token_lifetime: 3_600 }),
];

/** None longer than the session that Auth0 gives by default, which is what {@link drawRefreshTokens} calls short. */
const SHORT = ABSOLUTE.filter(({ seconds }) => seconds <= 7 * DAY);

/** Low above 30 days; the infinite flag wins over the number. */
const IDLE = [
  clean<RefreshTokenSettings>({ infinite_idle_token_lifetime: false, idle_token_lifetime: 15 * DAY }),
  clean<RefreshTokenSettings>({ infinite_idle_token_lifetime: false, idle_token_lifetime: 30 * DAY }),
  clean<RefreshTokenSettings>({ idle_token_lifetime: 3_600 }),
  faulty<RefreshTokenSettings>("low", { infinite_idle_token_lifetime: false, idle_token_lifetime: 30 * DAY + 1 }),
  faulty<RefreshTokenSettings>("low", { idle_token_lifetime: 300 * DAY }),
];
const IDLE_NEVER: RefreshTokenSettings = { infinite_idle_token_lifetime: true, idle_token_lifetime: 3_600 };
const ENDS_WHEN_IDLE = [true, true, true, false];

/** Low above 30 seconds, medium above 300; without rotation it means nothing. */
const LEEWAY = [
  clean(undefined),
  clean(0),
  clean(30),
  faulty("low", 31),
  faulty("low", 300),
  faulty("medium", 301),
  faulty("medium", 86_400),
];

/** An application about which Auth0 reports no refresh token settings, though it may use them. */
const UNREPORTED: RefreshTruth = {
  neverExpires: true,
  seconds: Number.POSITIVE_INFINITY,
  absolute: undefined,
  idleNever: false,
  idle: undefined,
  rotating: false,
  leeway: undefined,
};
const REPORTED = [true, true, true, true, true, true, true, false];

/**
 * Draws refresh token settings; `settings` is undefined where Auth0 reports none.
 *
 * @param isShort they live for 7 days at most
 */
export function drawRefreshTokens(
  { deal }: Dealer,
  isShort: boolean,
): { settings?: RefreshTokenSettings; truth: RefreshTruth } {
  if (!isShort && !deal(REPORTED)) return { truth: UNREPORTED };
  const [rotation, absolute, leeway] = [deal(ROTATION), deal(isShort ? SHORT : ABSOLUTE), deal(LEEWAY)];
  const idle = deal(ENDS_WHEN_IDLE) ? deal(IDLE) : undefined;
  const rotating = rotation === "rotating";
  return {
    settings: {
      ...(rotation === undefined ? {} : { rotation_type: rotation }),
      ...absolute.fields,
      ...(idle?.value ?? IDLE_NEVER),
      ...(leeway.value === undefined ? {} : { leeway: leeway.value }),
    },
    truth: {
      neverExpires: absolute.seconds === Number.POSITIVE_INFINITY,
      seconds: absolute.seconds,
      absolute: absolute.verdict,
      idleNever: idle === undefined,
      idle: idle?.verdict,
      rotating,
      leeway: rotating ? leeway.verdict : undefined,
    },
  };
}
