import { seeded } from "../../support/world/random.ts";
import { FAULTS, type Fault, type Outage, type PlannedFault } from "../../support/world/wire.ts";
import { type CaseResult, runCase, type Scenario } from "../world/contain-case.ts";

/** Grants of every sort: with organizations, with more scopes than a line holds, with all scopes, and one of Auth0's own. */
const GRANTS: Scenario["grants"] = [
  { audience: "https://orders", organizationUsage: "require", organizations: ["org_1", "org_2"] },
  { audience: "https://stock", scopes: Array.from({ length: 40 }, (_, index) => `read:things-${index}`) },
  {
    ...{ audience: "https://own", scopes: [], allowsAllScopes: true, subjectType: undefined },
    authorizationDetailsTypes: ["payment"],
  },
];

const toolPutsBack: NonNullable<Scenario["tool"]> = (tenant) => {
  tenant.setGrantTypes(["client_credentials", "refresh_token"]);
  tenant.createGrant({ ...ORDERS, scopes: ["read:orders", "delete:orders"] });
};

const ORDERS = {
  ...{ audience: "https://orders", allowsAllScopes: undefined, subjectType: "client", organizations: [] },
  ...{ organizationUsage: undefined, allowsAnyOrganization: undefined, isSystem: false },
};

/** Leaks of which each asks something else of containment; by name, so that a case can be written down. */
export const SCENARIOS = {
  "a secret, and a tool that puts back": { grants: GRANTS, tool: toolPutsBack },
  "a key of two, and a network ACL": {
    client: { attachedKeys: ["cred_1", "cred_2"] },
    leakedKey: "old",
    grants: GRANTS.slice(0, 1),
    egress: ["203.0.113.7/32"],
    tool: (tenant) => {
      if (tenant.client) tenant.client = { ...tenant.client, attachedKeys: ["cred_1", "cred_2"] };
      tenant.acls.splice(0);
    },
  },
  "a grant that comes while others go": {
    grants: GRANTS.slice(0, 2),
    beside: {
      call: "tenant.deleteGrant",
      change: (tenant) => {
        tenant.setGrantTypes(["client_credentials", "refresh_token"]);
        tenant.createGrant({ ...ORDERS, scopes: ["delete:orders"] });
      },
    },
  },
  "a grant that is planted where there were none": { tool: toolPutsBack },
  "a secret, and nobody hears": { grants: GRANTS, isMute: true },
} satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof SCENARIOS;

/** One incident and the faults that strike it. */
export interface Case {
  scenario: ScenarioName;
  faults: readonly PlannedFault[];
  outage?: Outage;
}

/** What many cases came to. */
export interface Tally {
  cases: number;
  /** Cases that two faults struck. */
  pairs: number;
  /** Cases in which people were told what could not be stored. */
  paged: number;
  /** Calls that all worlds together saw. */
  calls: number;
  failures: { case: Case; result: CaseResult }[];
}

export const run = ({ scenario, faults, outage }: Case): Promise<CaseResult> =>
  runCase(SCENARIOS[scenario], { faults, ...(outage ? { outage } : {}) });

/** Every fault at every call that an incident makes when nothing goes wrong. */
export async function* singles(scenario: ScenarioName): AsyncGenerator<Case> {
  const { strikable } = await run({ scenario, faults: [] });
  for (let skip = 0; skip < strikable; skip++) {
    for (const fault of FAULTS) yield { scenario, faults: [{ skip, fault }] };
  }
}

/** Every fault at all calls of a name, until a turn of watching. */
export async function* outages(scenario: ScenarioName): AsyncGenerator<Case> {
  const { calls } = await run({ scenario, faults: [] });
  for (const call of new Set([...calls, "table.*", "tenant.*"])) {
    for (const fault of FAULTS) yield { scenario, outage: { call, fault }, faults: [] };
  }
}

/** Every fault at every call that comes after a first fault. */
export async function* pairsAfter(single: Case): AsyncGenerator<Case> {
  const [first] = single.faults;
  if (!first) return;
  const { strikable } = await run(single);
  for (let skip = 0; skip < strikable - first.skip - 1; skip++) {
    for (const fault of FAULTS) yield { ...single, faults: [first, { skip, fault }] };
  }
}

/** Pairs that a seed chooses, without end; of some the second fault comes too late to strike. */
export async function* sampledPairs(seed: number): AsyncGenerator<Case> {
  const random = seeded(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const names = Object.keys(SCENARIOS) as ScenarioName[];
  const lengths = new Map<ScenarioName, number>();
  for (;;) {
    const scenario = names[below(names.length)] as ScenarioName;
    const length = lengths.get(scenario) ?? (await run({ scenario, faults: [] })).strikable;
    lengths.set(scenario, length);
    const planned = (): PlannedFault => ({ skip: below(length), fault: FAULTS[below(FAULTS.length)] as Fault });
    yield { scenario, faults: [planned(), planned()] };
  }
}

/** Runs cases, and lets the machine breathe between them. */
export async function runCases(
  cases: AsyncIterable<Case> | Iterable<Case>,
  isOver: (tally: Tally) => boolean = () => false,
): Promise<Tally> {
  const tally: Tally = { cases: 0, pairs: 0, paged: 0, calls: 0, failures: [] };
  for await (const one of cases) {
    if (isOver(tally)) break;
    const result = await run(one);
    tally.cases += 1;
    if (result.struck.length > 1) tally.pairs += 1;
    if (result.wasPaged) tally.paged += 1;
    tally.calls += result.calls.length;
    if (result.problems.length > 0) tally.failures.push({ case: one, result });
    if (tally.cases % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return tally;
}

/** A case in one line, so that it can be run again. */
export const describeCase = (one: Case): string => JSON.stringify(one);
