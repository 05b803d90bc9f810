import { managementAudience } from "../../auth0/tenant-address.ts";
import type { ExceptionConfig } from "../../config/schema.ts";
import { acceptFindings } from "../../findings/accept-findings.ts";
import { type Evaluation, evaluate, type Policy } from "../../findings/evaluate.ts";
import type { Finding } from "../../model/finding.ts";
import type { NewGrant, RevokedGrant } from "../ports.ts";
import { asInventory, type SeenTenant } from "./as-inventory.ts";
import type { LeftOut } from "./restore-plan.ts";

/** What the configuration finds too much. */
export interface RestoreRules {
  /** The catalogue, or those over grants. */
  checks: Evaluation["checks"];
  policy: Policy;
  /** What somebody accepted may come back. */
  exceptions: readonly ExceptionConfig[];
}

/** What grants are judged beside. */
export interface JudgedTenant extends SeenTenant {
  name: string;
  /** Of one of Curfew's own logins, the scopes of the Management API without which it could not do its work. */
  needed: ReadonlySet<string>;
  now: number;
}

/** What may come back, and what may not. */
export interface JudgedGrants {
  grants: readonly NewGrant[];
  leftOut: readonly LeftOut[];
  /** What the person who decides should know beside: one sentence each. */
  remarks: readonly string[];
}

/**
 * What was there, without what the tenant's policy finds too much, by the very checks of the audit. An accepted finding
 * and a note (`info`) are not too much.
 *
 * What a grant without any scope is found to be too much for is about the grant: it stays away; of one that Curfew's own
 * work needs, all but what it needs. A scope that is too
 * much by itself stays away, and so does access to any organization. What only the whole is found for, as a number of
 * scopes, names nothing that could be left out: it is said, and a person decides. A scope that Curfew's own work needs
 * comes back, whatever is found, and that is said as well.
 */
export function judgeGrants(grants: readonly RevokedGrant[], tenant: JudgedTenant, rules: RestoreRules): JudgedGrants {
  const judged = grants.map((grant) => judgeGrant(grant, tenant, rules));
  return {
    grants: judged.flatMap(({ grants: kept }) => kept),
    leftOut: judged.flatMap(({ leftOut }) => leftOut),
    remarks: [...new Set(judged.flatMap(({ remarks }) => remarks))],
  };
}

function judgeGrant(grant: RevokedGrant, tenant: JudgedTenant, rules: RestoreRules): JudgedGrants {
  const judge = (parts: Partial<RevokedGrant>): Verdict => judgeOne({ ...grant, ...parts }, tenant, rules);
  const isAll = grant.allowsAllScopes === true;
  const bare = judge({ allowsAnyOrganization: false, ...(isAll ? {} : { scopes: [] }) });
  const out = (what: string, { findings }: Verdict): LeftOut[] =>
    findings.map((finding) => leftOut(grant, what, finding));
  const needed = neededOf(grant, tenant);
  if (bare.findings.length > 0) return neededAlone(grant, needed, bare, judge);
  const single = isAll
    ? []
    : grant.scopes.map((scope) => ({ scope, ...judge({ scopes: [scope], allowsAnyOrganization: false }) }));
  const tooMuch = single.filter(({ findings }) => findings.length > 0);
  const refused = tooMuch.filter(({ scope }) => !needed.has(scope));
  const spared = tooMuch.filter(({ scope }) => needed.has(scope));
  const scopes = single.filter((one) => !refused.includes(one)).map(({ scope }) => scope);
  const scopesOut = refused.flatMap(({ scope, ...verdict }) => out(scope, verdict));
  if (scopes.length === 0 && grant.scopes.length > 0) {
    return { grants: [], leftOut: scopesOut, remarks: bare.remarks };
  }
  const closed = judge({ scopes, allowsAnyOrganization: false });
  const open = judge({ scopes });
  const orgs = {
    findings: open.findings.filter(({ check }) => !closed.findings.some((other) => other.check === check)),
    remarks: [],
  };
  const isClosed = grant.allowsAnyOrganization === true && orgs.findings.length > 0;
  return {
    grants: [newGrant({ ...grant, scopes, ...(isClosed ? { allowsAnyOrganization: false } : {}) })],
    leftOut: [...scopesOut, ...(isClosed ? out(ANY_ORGANIZATION, orgs) : [])],
    remarks: [
      ...open.remarks,
      ...(spared.length === 0
        ? []
        : [
            comesBack(
              grant,
              spared.map(({ scope }) => scope),
            ),
          ]),
      ...found(grant, closed),
    ],
  };
}

/** What comes back of a grant that is too much by itself: what Curfew's own work needs of it, if anything. */
function neededAlone(
  grant: RevokedGrant,
  needed: ReadonlySet<string>,
  bare: Verdict,
  judge: (parts: Partial<RevokedGrant>) => Verdict,
): JudgedGrants {
  const isAll = grant.allowsAllScopes === true;
  const out = (what: string): LeftOut[] => bare.findings.map((finding) => leftOut(grant, what, finding));
  const scopes = isAll ? [...needed] : grant.scopes.filter((scope) => needed.has(scope));
  if (scopes.length === 0)
    return { grants: [], leftOut: out(isAll ? "all scopes" : "the grant"), remarks: bare.remarks };
  const isOpen = grant.allowsAnyOrganization === true;
  const kept = { ...grant, scopes, allowsAllScopes: undefined, ...(isOpen && { allowsAnyOrganization: false }) };
  const others = isAll ? ["all other scopes"] : grant.scopes.filter((scope) => !needed.has(scope));
  const rest = [...others, ...(isOpen ? [ANY_ORGANIZATION] : [])];
  return {
    grants: [newGrant(kept)],
    leftOut: rest.flatMap(out),
    remarks: [...bare.remarks, comesBack(grant, scopes), ...found(grant, judge(kept))],
  };
}

const ANY_ORGANIZATION = "access to any organization";

/** Another API may have scopes of the same name, and no login of Curfew's acts for a user. */
const neededOf = ({ audience, subjectType }: RevokedGrant, { domain, needed }: JudgedTenant): ReadonlySet<string> =>
  audience === managementAudience(domain) && subjectType !== "user" ? needed : new Set();

const comesBack = ({ audience }: RevokedGrant, scopes: readonly string[]): string =>
  `${audience}: ${scopes.join(" ")} come back although the policy finds them too much: it is one of Curfew's own logins, and its work needs them.`;

const found = ({ audience }: RevokedGrant, { findings }: Verdict): string[] =>
  findings.map(({ message }) => `${audience}: ${message}`);

interface Verdict {
  findings: readonly Finding[];
  remarks: readonly string[];
}

function judgeOne(grant: RevokedGrant, tenant: JudgedTenant, { checks, policy, exceptions }: RestoreRules): Verdict {
  const { name, domain, now } = tenant;
  const { checks: results, findings } = evaluate({
    tenant: { name, domain },
    checks: checks.filter(isOverGrants),
    policy,
    inventory: asInventory(grant, tenant),
    auditor: { clientId: "", scopes: undefined },
    now,
  });
  const own = findings.filter(({ resource, severity }) => resource.id === grant.id && severity !== "info");
  const open = acceptFindings(own, name, exceptions, now).filter(({ status }) => status === "open");
  const unjudged = results.flatMap((result) =>
    result.status === "not-evaluated"
      ? [
          `Whether the policy allows all of it is not known: ${result.id} could not be judged (${result.detail ?? result.reason}).`,
        ]
      : [],
  );
  return { findings: open, remarks: unjudged };
}

/** Checks that need no more than grants and applications; others are about the tenant, or need a history. */
export const isOverGrants = ({ id, needs, needsHistory }: Evaluation["checks"][number]): boolean =>
  id.startsWith("grant.") &&
  needsHistory !== true &&
  needs.includes("clientGrants") &&
  needs.every((section) => section === "clientGrants" || section === "clients");

const newGrant = ({ id: _, isSystem: __, ...grant }: RevokedGrant): NewGrant => grant;

const leftOut = ({ audience, subjectType }: RevokedGrant, what: string, { check, message }: Finding): LeftOut => ({
  audience,
  ...(subjectType === undefined ? {} : { subjectType }),
  what,
  why: `${message} (${check})`,
});
