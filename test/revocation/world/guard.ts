import { type Asked, type AskedStep, approvedPlan, askedKey } from "../../../lib/revocation/approvals/asked.ts";
import { UNLISTED } from "../../../lib/revocation/contain/keep-grants.ts";
import { isBegun } from "../../../lib/revocation/incident/how-far.ts";
import {
  type Incident,
  incidentKey,
  incidentPartition,
  isComplete,
  isContained,
} from "../../../lib/revocation/incident/incident.ts";
import type { KeyPlan } from "../../../lib/revocation/key-revocation/key-plan.ts";
import { isNamed, namedKeys } from "../../../lib/revocation/leak/named-key.ts";
import type { NewGrant, RevokedGrant } from "../../../lib/revocation/ports.ts";
import type { RestorePlan } from "../../../lib/revocation/restore/restore-plan.ts";
import { compareGrant, isForSame } from "../../../lib/revocation/restore/same-grant.ts";
import type { MemoryTable } from "../../support/memory-table.ts";
import type { WorldTenant } from "./tenant.ts";

/** Looks at the world around every effect, and writes down what must never be. */
export interface Guard {
  readonly violations: readonly string[];
  /** After any effect. */
  look(call: string): void;
  beforeGrantTypes(types: readonly string[]): void;
  beforeAttaching(ids: readonly string[]): void;
  beforeDeleting(id: string): void;
  beforeAcl(description: string): void;
  /** Before a grant is made, or given one organization more: as it is afterwards. */
  beforeGiving(grant: NewGrant): void;
  beforeRotating(): void;
  beforeRevoking(kid: string): void;
}

export interface GuardOptions {
  tenant: WorldTenant;
  table: MemoryTable;
  incident: Incident;
  /** Everything that people were told, one text. */
  heard(): string;
  /** Whether something was put back that Curfew may not have seen yet. */
  isPutBack(): boolean;
  /** What may be given back: audiences. */
  approved(): readonly string[];
  isGlobal: boolean;
}

export function guardOf(options: GuardOptions): Guard {
  const { tenant, table, incident } = options;
  const violations: string[] = [];
  let saysContained = false;
  const must = (holds: boolean, what: string): void => {
    if (!holds) violations.push(what);
  };
  const changes = (what: string): void => {
    must(!incident.drill, `a drill changes ${what}`);
    must(!options.isGlobal, `the tenant's own application: ${what} is changed`);
  };
  const incidentNow = (): Incident => table.peek<Incident>(incidentKey(incident.id)) ?? incident;
  const approvedOf = <Plan>(step: AskedStep): Plan | undefined =>
    approvedPlan(table.peek<Asked<Plan>>(askedKey(incident.id, step)));
  const restorePlan = () => approvedOf<RestorePlan>("restore");
  const keyPlan = () => approvedOf<KeyPlan>("key-revocation");
  let rotations = 0;
  const beforeUnlocking = (types: readonly string[]): void => {
    const plan = restorePlan();
    const now = tenant.client?.grantTypes ?? [];
    const others = types.filter((type) => !now.includes(type));
    must(plan !== undefined && others.every((type) => plan.grantTypes.includes(type)), "unlocked without approval");
    must(
      now.every((type) => types.includes(type)),
      "unlocking takes a grant type away",
    );
    const open = [...tenant.grants.values()].filter(({ isSystem }) => !isSystem);
    const isApproved = (grant: RevokedGrant): boolean =>
      plan?.grants.some((one) => isForSame(one, grant) && !compareGrant(grant, one).isMore) ?? false;
    must(open.every(isApproved), "unlocked while it has more than was approved");
  };
  return {
    violations,
    look(call) {
      if (call === "table.put INCIDENT") {
        const known = table.peek<Incident>(incidentKey(incident.id));
        saysContained = known !== undefined && isContained(known);
        if (known && !known.drill && !options.isPutBack() && !isBegun(known)) {
          violations.push(...untruths(known, tenant));
        }
      }
      if (!saysContained || options.isPutBack()) return;
      const open = audiencesOf(tenant).filter((audience) => tenant.gives(audience));
      must(open.length === 0, `called contained, and tokens are given for ${open.join()} (${call})`);
    },
    beforeGrantTypes(types) {
      changes("grant types");
      const now = tenant.client?.grantTypes ?? [];
      if (types.includes("client_credentials")) return beforeUnlocking(types);
      const kept = now.filter((type) => type !== "client_credentials");
      must(JSON.stringify(kept) === JSON.stringify(types), "more than client_credentials is taken away");
    },
    beforeAttaching(ids) {
      changes("keys");
      must(ids.length > 0, "the last key is detached");
      // Which one leaked may be known later than that one did.
      const names = namedKeys(incidentNow());
      const leaked = tenant.keys.filter((key) => isNamed(key, names)).map(({ id }) => id);
      const others = (tenant.client?.attachedKeys ?? []).filter((id) => !leaked.includes(id));
      must(
        others.every((id) => ids.includes(id)),
        "a key is detached that did not leak",
      );
    },
    beforeDeleting(id) {
      changes("grants");
      const grant = tenant.grants.get(id);
      if (!grant) return;
      must(!grant.isSystem, "one of Auth0's own grants is deleted");
      const approved = restorePlan()?.grants.find((one) => isForSame(one, grant));
      const isWider = approved !== undefined && compareGrant(grant, approved).isMore;
      const isGiven = options.approved().includes(grant.audience) && isBegun(incidentNow());
      must(isWider || !isGiven, "a grant is taken away that was given back");
      must(
        isKept(table, incident.id, grant) || isHeard(options.heard(), grant),
        `${id} is deleted, neither stored nor told`,
      );
    },
    beforeAcl(description) {
      changes("the network");
      must(!tenant.acls.some((acl) => acl.description === description), "a second network ACL is made");
    },
    beforeGiving(grant) {
      changes("grants");
      const approved = restorePlan()?.grants.find((one) => isForSame(one, grant));
      must(approved !== undefined, "a grant is given back that nobody approved");
      must(!approved || !compareGrant(grant, approved).isMore, "more is given back than was approved");
    },
    beforeRotating() {
      changes("signing keys");
      rotations += 1;
      const plan = keyPlan();
      must(plan?.rotatesFirst === true, "signing keys are rotated, and nobody approved it");
      must(plan?.kid === tenant.currentKey(), "signing keys are rotated while another key is the current one");
      must(rotations === 1, "signing keys are rotated twice");
    },
    beforeRevoking(kid) {
      changes("signing keys");
      must(keyPlan()?.kid === kid, "another key is revoked than was approved");
    },
  };
}

/** What a record says of the lock and the grants, and is not so; or does not say, and is missing. */
function untruths({ clientId, steps: { lock, contain } }: Incident, { client, grants }: WorldTenant): string[] {
  const isOpen = client?.grantTypes?.includes("client_credentials") === true;
  const left = [...grants.values()].filter(({ isSystem }) => !isSystem);
  const missing = contain?.outcome === "incomplete" ? contain.missing : undefined;
  const isNamed = ({ id }: RevokedGrant) => missing?.some((line) => line.startsWith(id) || line.startsWith(UNLISTED));
  return [
    ...(isComplete(lock) && isOpen ? [`${clientId} is called locked, and is not`] : []),
    ...(isComplete(contain) && left.length > 0 ? ["all grants are called deleted, and some are left"] : []),
    ...(missing && !left.every(isNamed) ? ["a grant is left that is not named as missing"] : []),
  ];
}

const audiencesOf = ({ grants }: WorldTenant): string[] => [...grants.values()].map(({ audience }) => audience);

/** Whether all of a grant is stored, as what was there or as what was put back. */
export const isKept = (table: MemoryTable, incident: string, grant: RevokedGrant): boolean =>
  ["grant", "put-back"].some((kind) => {
    const key = { partition: incidentPartition(incident), sort: `PRESERVED#${kind}/${grant.id}` };
    return JSON.stringify(sorted(table.peek<RevokedGrant>(key))) === JSON.stringify(sorted(grant));
  });

const sorted = (grant: RevokedGrant | undefined): unknown =>
  grant &&
  Object.entries(grant)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** Whether people could put a grant together again from what they heard. Of an address the colon is in brackets. */
export const isHeard = (text: string, { id, audience, scopes }: RevokedGrant): boolean =>
  [id, audience.replaceAll("://", "[:]//"), ...scopes].every((word) => text.includes(word));
