import type { DriftProbe, FirstSeen, History, RotationTrouble, SecretAge } from "../../../lib/history/history.ts";
import { AUDITOR } from "../audited-sandbox.ts";
import type { PlantedClient } from "./clients.ts";
import { beyond, dateOf, type Moment, within } from "./dates.ts";
import type { Dealer } from "./dealer.ts";
import type { Verdict } from "./verdict.ts";

/** What earlier audits would have recorded of a tenant, and what is true of it. */
export interface PlantedMemory {
  history: History;
  /** By client id: how bad the age of its secret is, if it uses one. */
  ages: ReadonlyMap<string, Verdict>;
  /** By client id: for how many of the limits, in days, it has been silent for longer. */
  silences: ReadonlyMap<string, ReadonlySet<number>>;
  /** Clients whose stored credential Auth0 refuses. */
  refused: ReadonlySet<string>;
  /** Clients whose credential cannot be rotated. */
  unrotated: ReadonlySet<string>;
  /** The last complete audit is too long ago. */
  isMissed: boolean;
}

const SET_SURELY = { source: "rotation", isAtLeast: false } as const;
const BY_VAULT = { source: "vault-version", isAtLeast: false } as const;
const BY_LOG = { source: "tenant-log", isAtLeast: false } as const;
const AT_LEAST = { source: "first-seen", isAtLeast: true } as const;

const AGES: readonly { set: Moment; known: Omit<SecretAge, "since">; verdict: Verdict }[] = [
  { set: within(1), known: SET_SURELY, verdict: undefined },
  { set: within(90), known: BY_VAULT, verdict: undefined },
  { set: within(90), known: BY_LOG, verdict: undefined },
  { set: beyond(90), known: BY_LOG, verdict: "medium" },
  { set: within(180), known: AT_LEAST, verdict: "medium" },
  { set: beyond(180), known: AT_LEAST, verdict: "high" },
  { set: beyond(400), known: SET_SURELY, verdict: "high" },
];

/** When a client obtained its last token; null: never, as far back as the log goes. */
const EXCHANGES: readonly { last: Moment | null; longerThan: readonly number[] }[] = [
  { last: within(1), longerThan: [] },
  { last: within(45), longerThan: [] },
  { last: beyond(45), longerThan: [45] },
  { last: within(90), longerThan: [45] },
  { last: beyond(90), longerThan: [45, 90] },
  { last: null, longerThan: [45, 90] },
];

const MANAGED: readonly (DriftProbe["answer"] | "unmanaged")[] = ["accepted", "refused", "unmanaged"];

const ROTATIONS: readonly (RotationTrouble["state"] | "works")[] = ["works", "held", "failing"];

const MISSED: readonly { last: Moment; isMissed: boolean }[] = [
  { last: within(1), isMissed: false },
  { last: within(2), isMissed: false },
  { last: beyond(2), isMissed: true },
];

const FIRST = 300;
const INTERVAL = 86_400;

/** Draws what is remembered of a tenant's clients. */
export function drawMemory(dealer: Dealer, clients: readonly PlantedClient[], now: number): PlantedMemory {
  const at = (moment: Moment): number => Date.parse(dateOf(moment, now));
  const ages = new Map<string, Verdict>();
  const silences = new Map<string, ReadonlySet<number>>();
  const refused = new Set<string>();
  const secrets = new Map<string, SecretAge>();
  const seen = new Map<string, FirstSeen>();
  const managed = new Set<string>();
  const probes = new Map<string, DriftProbe>();
  const troubles = new Map<string, RotationTrouble>();
  const lastSeen = new Map<string, number>();
  for (const { id } of clients) {
    const age = dealer.deal(AGES);
    const exchange = dealer.deal(EXCHANGES);
    const keeping = dealer.deal(MANAGED);
    ages.set(id, age.verdict);
    silences.set(id, new Set(exchange.longerThan));
    secrets.set(id, { since: at(age.set), ...age.known });
    seen.set(id, { first: at(within(FIRST)) });
    if (exchange.last !== null) lastSeen.set(id, at(exchange.last));
    if (keeping === "unmanaged") continue;
    managed.add(id);
    probes.set(id, { answer: keeping, at: now, reason: null, detail: null });
    if (keeping === "refused") refused.add(id);
    const rotation = dealer.deal(ROTATIONS);
    if (rotation !== "works") troubles.set(id, { state: rotation, since: at(within(1)), message: "It failed." });
  }
  const { last, isMissed } = dealer.deal(MISSED);
  const history: History = {
    startedAt: now,
    secrets,
    seen,
    managed,
    own: new Set([AUDITOR.clientId]),
    probes,
    rotationTroubles: troubles,
    exchanges: { status: "complete", since: at(within(FIRST)), until: now, lastSeen },
    lastCompleteAudit: at(last),
    firstAudit: at(within(FIRST)),
    interval: INTERVAL,
    notes: [],
  };
  return { history, ages, silences, refused, unrotated: new Set(troubles.keys()), isMissed };
}
