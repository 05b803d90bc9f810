import type { ClientGrant } from "../../auth0/resources/client-grant.ts";
import { managementAudience } from "../../auth0/tenant-address.ts";
import { isUnreadable } from "../../model/reported.ts";
import { defineCheck } from "../define-check.ts";
import { judgeManagementGrants } from "../grant-judging.ts";
import { AUTH0_CLIENT_GRANTS, AUTH0_MACHINE_TO_MACHINE, RFC_9700_PRIVILEGES } from "../grant-references.ts";
import { type GrantedScopes, grantedScopes, mentionScopes } from "../grant-scopes.ts";
import { fail, type NotSaid, notReported, notUnderstood, pass, unknown, unreadable, worstOf } from "../outcome.ts";
import { asvsOauth } from "../references.ts";

/** Scopes that lead to every other scope, and how. Auth0's documentation itself warns of the first two. */
const PATHS: readonly { scopes: readonly string[]; how: string }[] = [
  { scopes: ["create:client_grants", "update:client_grants"], how: "can give itself any other scope" },
  { scopes: ["create:actions", "update:actions"], how: "can run code of its own in everybody's login" },
  { scopes: ["update:tenant_settings"], how: "can change the rules of the whole tenant" },
];

/** Scopes that read or set the secrets of other applications, and so turn into whatever those may do. */
const KEY_SCOPES: readonly string[] = ["read:client_keys", "update:client_keys"];

export default defineCheck({
  id: "grant.management.escalation-path",
  title: "An application can give itself more rights than it was given",
  why: "Some scopes of the Management API open all others: who may change grants extends its own, who may change actions runs code in every login, who may read or set other applications' secrets becomes the strongest of them. However short the list of scopes looks, such an application is an administrator.",
  remediation: {
    summary:
      "Take these scopes away from the application, or treat its credentials like those of an administrator: kept apart, rotated often and used by one deployment only.",
    dashboard:
      "Applications > APIs > Auth0 Management API > Machine to Machine Applications > the application > permissions.",
    api: "PATCH /api/v2/client-grants/{id} with the complete list of scopes that remain",
  },
  references: [AUTH0_MACHINE_TO_MACHINE, AUTH0_CLIENT_GRANTS, asvsOauth("10.4.11"), RFC_9700_PRIVILEGES],
  fix: "guarded",
  needs: ["clientGrants"],
  unit: null,
  limits: { baseline: "critical", strict: "critical", "auth0-default": "critical" },
  *evaluate({ clientGrants }, severity, { domain }) {
    const holders = holdersOf(clientGrants, domain);
    yield* judgeManagementGrants(clientGrants, domain, ({ grant, resource }) => {
      const granted = grantedScopes(grant);
      const theft = keyTheft(granted, ownerOf(grant), holders);
      const paths = [...directPaths(granted), ...(theft.verdict === "yes" ? [theft.how] : [])];
      if (paths.length > 0) return fail(resource, { severity, message: `The application ${paths.join("; it ")}.` });
      if (granted.unclear !== undefined) return unknown(resource, granted.unclear);
      return theft.verdict === "maybe" ? unknown(resource, theft.unclear) : pass(resource);
    });
  },
});

/**
 * A grant for all scopes is reported here too, beside `grant.management.allow-all-scopes`: it holds each of these
 * scopes, and trading the list for the switch must not make this finding look mended.
 */
function directPaths({ all, named }: GrantedScopes): string[] {
  if (all) return ["holds every scope of the Management API (allow_all_scopes)"];
  return PATHS.flatMap(({ scopes, how }) => {
    const held = scopes.filter((scope) => named.has(scope));
    return held.length === 0 ? [] : [`${how} (${mentionScopes(held)})`];
  });
}

type Theft = { verdict: "yes"; how: string } | { verdict: "maybe"; unclear: NotSaid } | { verdict: "no" };

/** Whether another application's secret is worth stealing: it may do at the Management API what this one may not. */
function keyTheft({ named }: GrantedScopes, owner: string | NotSaid, holders: ScopeHolders): Theft {
  const keys = KEY_SCOPES.filter((scope) => named.has(scope));
  if (keys.length === 0) return { verdict: "no" };
  const lacking = [...holders].filter(([scope]) => typeof scope === "symbol" || !named.has(scope));
  const answers = lacking.map(([scope, holder]) => ({ scope, other: heldByAnother(holder, owner) }));
  const gains = answers.flatMap(({ scope, other }) => (other === "yes" && scope !== UNCLEAR ? scope : []));
  if (gains.length > 0) {
    return {
      verdict: "yes",
      how: `can take over another application's secret (${mentionScopes(keys)}) and gain ${mentionGains(gains)}`,
    };
  }
  // What is left without a gain: scopes that cannot be read, and grants of which nobody knows whose they are.
  const doubts = answers
    .filter(({ other }) => other !== "no")
    .map(({ scope, other }) => (scope === UNCLEAR || typeof other !== "object" ? UNREADABLE_SCOPES : other));
  const worst = worstOf(doubts);
  if (!worst) return { verdict: "no" };
  const detail = "what other applications may do cannot be read, and this one may use their secrets";
  return { verdict: "maybe", unclear: { reason: worst.reason, detail } };
}

function mentionGains(gains: readonly (string | symbol)[]): string {
  return gains.includes(EVERYTHING) ? "every scope" : mentionScopes(gains.filter((scope) => typeof scope === "string"));
}

/** Stands for `allow_all_scopes`. */
const EVERYTHING = Symbol("every scope");
/** Stands for a list that cannot be read. */
const UNCLEAR = Symbol("unreadable scopes");
const UNREADABLE_SCOPES = notUnderstood("a list of scopes cannot be read");

/** Who holds a scope. Two applications are enough to know that somebody else does, whoever asks. */
interface Holders {
  owners: Set<string>;
  /** A grant holds it of which nobody knows whose it is. */
  unnamed: NotSaid | undefined;
}

type ScopeHolders = ReadonlyMap<string | symbol, Holders>;

/** One pass over all grants for the Management API, so that the work grows with their number and not its square. */
function holdersOf(grants: readonly ClientGrant[], domain: string): ScopeHolders {
  const holders = new Map<string | symbol, Holders>();
  for (const grant of grants) {
    if (grant.audience !== managementAudience(domain)) continue;
    for (const scope of scopeKeys(grantedScopes(grant))) addHolder(holders, scope, ownerOf(grant));
  }
  return holders;
}

const scopeKeys = ({ all, named, unclear }: GrantedScopes): (string | symbol)[] => [
  ...named,
  ...(all ? [EVERYTHING] : []),
  ...(unclear === undefined ? [] : [UNCLEAR]),
];

function addHolder(holders: Map<string | symbol, Holders>, scope: string | symbol, owner: string | NotSaid): void {
  const known = holders.get(scope) ?? { owners: new Set(), unnamed: undefined };
  holders.set(scope, known);
  if (typeof owner === "object") known.unnamed = worstOf(known.unnamed ? [known.unnamed, owner] : [owner]);
  else if (known.owners.size < 2) known.owners.add(owner);
}

/** The holder of a grant: an application, or all third-party ones of a default grant. */
function ownerOf({ client_id: id, default_for: group }: ClientGrant): string | NotSaid {
  if (isUnreadable(id)) return unreadable("client_id", id);
  if (isUnreadable(group)) return unreadable("default_for", group);
  if (id !== undefined) return `client ${id}`;
  return group === undefined ? notReported("client_id is missing") : `default for ${group}`;
}

function heldByAnother({ owners, unnamed }: Holders, owner: string | NotSaid): "yes" | "no" | NotSaid {
  if (owners.size >= 2) return "yes";
  if (typeof owner === "object") return owner;
  if (owners.size === 1 && !owners.has(owner)) return "yes";
  return unnamed ?? "no";
}
