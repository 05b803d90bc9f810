import type { ClientSeed } from "../../../lib/sandbox/tenant-seed.ts";
import { keyPair } from "../keys.ts";
import { ago, beyond, dateOf, later, type Moment, sooner, within } from "./dates.ts";
import type { Dealer } from "./dealer.ts";
import type { Verdict } from "./verdict.ts";

/** What is true of a registered key. */
export interface KeyTruth {
  id: string;
  neverExpires: boolean;
  expiring: Verdict;
  age: Verdict;
  leftover: Verdict;
  reused: Verdict;
  /** The application authenticates with it. */
  authenticates: boolean;
}

interface KeyCard extends Partial<Omit<KeyTruth, "id">> {
  created: Moment;
  /** A moment, or the way in which Auth0 says "never". */
  expires: Moment | "absent" | null | "9999-12-31T23:59:59.000Z";
  /** It signs the application's authorization requests. */
  signs?: boolean;
}

const sound: KeyCard = { created: ago(5), expires: later(200) };

/**
 * The registered keys of one application. Expiring: at most 30 days medium, at most 7 high, expired and the only one
 * critical. Older than 365 days medium. Of two the older low when the newer is above 14 days old, also when
 * nothing refers to it.
 */
const SETS: readonly KeyCard[][] = [
  [sound],
  [sound],
  [{ ...sound, expires: "absent", neverExpires: true }],
  [{ ...sound, expires: null, neverExpires: true }],
  [{ ...sound, expires: "9999-12-31T23:59:59.000Z", neverExpires: true }],
  [{ ...sound, expires: later(30) }],
  [{ ...sound, expires: sooner(30), expiring: "medium" }],
  [{ ...sound, expires: later(7), expiring: "medium" }],
  [{ ...sound, expires: sooner(7), expiring: "high" }],
  [{ ...sound, expires: ago(1), expiring: "critical" }],
  [sound, { ...sound, created: ago(8), expires: ago(1), expiring: "high" }],
  [{ ...sound, created: within(365) }],
  [{ ...sound, created: beyond(365), age: "medium" }],
  [
    { ...sound, created: within(14) },
    { ...sound, created: ago(30) },
  ],
  [
    { ...sound, created: beyond(14) },
    { ...sound, created: ago(30), leftover: "low" },
  ],
  [sound, { ...sound, created: beyond(365), age: "medium" }],
  [
    { ...sound, created: within(14) },
    { ...sound, created: ago(30), authenticates: false },
  ],
  [
    { ...sound, created: beyond(14) },
    { ...sound, created: ago(30), authenticates: false, leftover: "low" },
  ],
  [{ ...sound, signs: true, reused: "medium" }],
  [sound, { ...sound, created: ago(8), authenticates: false, signs: true }],
];

const PEM = keyPair().pem;

/** Draws the registered keys of an application, and the fields of the application that go with them. */
export function drawKeys(
  { deal }: Dealer,
  clientId: string,
  now: number,
): { seed: Partial<ClientSeed>; truth: KeyTruth[] } {
  const keys = deal(SETS).map((card, index) => ({ ...card, id: `cred_${clientId}_${index}` }));
  const signing = keys.filter(({ signs }) => signs).map(({ id }) => ({ id }));
  return {
    seed: {
      credentials: keys.map(({ id, created, expires, authenticates = true }) => ({
        id,
        name: `key ${id}`,
        pem: PEM,
        alg: "RS256",
        attached: authenticates,
        created_at: dateOf(created, now),
        ...(expires === "absent"
          ? {}
          : { expires_at: typeof expires === "object" && expires ? dateOf(expires, now) : expires }),
      })),
      ...(signing.length === 0 ? {} : { signed_request_object: { required: true, credentials: signing } }),
    },
    truth: keys.map(({ id, neverExpires = false, expiring, age, leftover, reused, authenticates = true }) => ({
      id,
      neverExpires,
      expiring,
      age,
      leftover,
      reused,
      authenticates,
    })),
  };
}
