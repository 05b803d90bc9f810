import { afterAll, describe, expect, it } from "vitest";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { ALL_SCOPES, AUDITOR, auditedSandbox } from "../support/audited-sandbox.ts";
import { createDealer } from "../support/planted/dealer.ts";
import { EXEMPT, PLANTERS } from "../support/planted/planters.ts";
import { type Score, score, scoreTable, sum } from "../support/planted/score.ts";
import { drawWorld, nameAuditorGrant, seedOf, type WorldOptions } from "../support/planted/world.ts";

/** Tenants of many sizes, and with every circumstance that changes what is said of something else. */
const TENANTS: readonly ({ title: string } & Omit<WorldOptions, "now">)[] = [
  { title: "a small one", clients: 10 },
  { title: "one without the implicit flow", clients: 60, implicit: false },
  { title: "one without offline access", clients: 100, offline: false },
  {
    title: "one whose auditor alone manages, and reads secrets",
    clients: 12,
    auditorOnly: true,
    auditorExtras: ["read:client_keys"],
  },
  { title: "one whose refresh tokens are short", clients: 50, shortRefresh: true },
  { title: "one whose auditor may write", clients: 40, auditorExtras: ["delete:users", "update:branding"] },
  { title: "a grown one", clients: 400 },
  { title: "a large one", clients: 1_500 },
  { title: "a very large one", clients: 5_000 },
];

/** The clock of these tests is fast, so ten of its seconds are over before a busy machine has answered. */
const PATIENCE = 1_000_000;

/** Says nothing of what is in order: a grant that belongs to an application is no default grant. */
const SILENT = "grant.api.third-party-default";

/** Another seed gives other tenants; this one is written down so that a failure can be repeated. */
const SEED = 20_261_123;

/** A check without a planter is named, and its truth is what its own test says. */
const KNOWN = [...Object.keys(PLANTERS), ...Object.keys(EXEMPT)];
const UNPLANTED = CATALOGUE.map(({ id }) => id).filter((id) => !KNOWN.includes(id));

describe("the truth of an audit", () => {
  const dealer = createDealer(SEED);
  const scores: Score[] = [];

  it("has no planter for a check that is not there", () => {
    expect(KNOWN.filter((id) => !CATALOGUE.some((check) => check.id === id))).toEqual([]);
    expect(Object.keys(EXEMPT).filter((id) => !id.startsWith("coverage."))).toEqual([]);
  });

  it.each(TENANTS)("$title: finds every planted fault and nothing else", async ({ title: _, ...options }) => {
    const drawn = drawWorld(dealer, { ...options, now: systemClock.now() });
    const responders = drawn.responders.map(({ client }) => client.id);
    await using sandbox = await auditedSandbox(seedOf(drawn), { scopes: drawn.auditor.scopes, responders });
    const grant = sandbox.tenant.state.clientGrants.values().find(({ client_id: id }) => id === AUDITOR.clientId);
    const world = nameAuditorGrant(drawn, grant?.id ?? "none");

    const audit = await sandbox.audit({ timeout: PATIENCE, history: async () => world.memory.history });

    const own = score(audit, world, PLANTERS);
    scores.push(...own);
    expect(audit.checks.filter(({ status }) => status === "not-evaluated")).toEqual([]);
    expect(own.filter(({ falsePositives, misses }) => falsePositives.length + misses.length > 0)).toEqual([]);
  });

  it("has planted faults of every check, and sound things beside them", () => {
    const total = sum(scores);

    expect(total.filter(({ planted }) => planted === 0).map(({ check }) => check)).toEqual([]);
    expect(total.filter(({ sound }) => sound === 0).map(({ check }) => check)).toEqual([SILENT]);
  });

  afterAll(() => {
    const total = sum(scores);
    const count = (of: (score: Score) => number): number => total.reduce((all, one) => all + of(one), 0);
    const summary = `${TENANTS.length} tenants, ${count(({ planted }) => planted)} faults planted, ${count(({ found }) => found)} found, ${count(({ falsePositives }) => falsePositives.length)} false, ${count(({ misses }) => misses.length)} missed (seed ${SEED}, ${ALL_SCOPES.length} scopes); no planter for ${UNPLANTED.join(", ") || "none"}`;
    console.log(`truth: ${summary}\n${scoreTable(total)}`);
  });
});
