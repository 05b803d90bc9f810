import type { CurfewError } from "../../model/curfew-error.ts";
import { AND_MORE } from "../incident/bounded-lines.ts";
import { preserve, readPreserved } from "../incident/preserve.ts";
import type { RevokedGrant } from "../ports.ts";
import type { KeptElsewhere } from "./elsewhere.ts";
import { type StepRun, wasComplete } from "./step-run.ts";
import { type Tried, tried } from "./tried.ts";

/** A grant as it is listed. */
export type FoundGrant = Omit<RevokedGrant, "organizations">;

/** A grant with its organizations, as far as they could be read. */
export interface ReadGrant extends RevokedGrant {
  /** Why the organizations are not known. */
  unread: CurfewError | undefined;
}

/** A grant, and whether anybody could give it back. */
export interface KeptGrant extends ReadGrant {
  /** Whether all of it is stored. */
  isStored: boolean;
  /** All of it, for people. */
  lines: readonly string[];
}

/** A grant's name for people. */
export const nameOf = ({ id, audience }: Pick<RevokedGrant, "id" | "audience">): string => `${id} (${audience})`;

/** What is missing where nobody could look. */
export const UNLISTED = "the application's grants, which could not be listed";

/**
 * Which grants were there at the first look, stored once, also where there were none. What comes later was put back, or
 * planted: it is kept apart, so that nobody is offered to give it back.
 */
const keepIds = (run: StepRun, grants: readonly FoundGrant[]): Promise<FirstLook> => storeIds(run, idsOf(run, grants));

/**
 * The same, where an earlier run could not store them and kept them elsewhere.
 *
 * @returns also what is still not stored
 */
export async function keepEarlier(
  run: StepRun,
  { ids, grants }: KeptElsewhere["grants"],
): Promise<{ first: FirstLook; unstored: readonly KeptGrant[] }> {
  const first = await storeIds(run, ids);
  const unstored: KeptGrant[] = [];
  for (const grant of grants) {
    const kept = await keepGrant(run, { ...grant, unread: undefined }, first);
    if (!kept.isStored) unstored.push(kept);
  }
  return { first, unstored };
}

/** Once the step was complete, and while nobody can read what an earlier run kept, nothing counts as seen first. */
export async function firstLook(
  run: StepRun,
  grants: readonly FoundGrant[],
  known: FirstLook | undefined,
  earlier: Tried<KeptElsewhere["grants"] | undefined> | undefined,
): Promise<FirstLook> {
  if (known) return keepIdsLate(run, known);
  if (!earlier || "error" in earlier) return readIds(run, grants);
  if (!earlier.value) return keepIds(run, grants);
  const { first, unstored } = await keepEarlier(run, earlier.value);
  // What is not there any more was told before it went.
  const gone = unstored.filter(({ id }) => !grants.some((grant) => grant.id === id));
  for (const { lines } of gone) for (const line of lines) run.told.add(line);
  return first;
}

/** Which grants were there at the first look. */
export interface FirstLook {
  ids: ReadonlySet<string>;
  isStored: boolean;
  /** That nobody could read whether an earlier run kept others elsewhere: then these are not stored as the first ones. */
  isUnread?: true;
}

/** Which ones they were as far as that is known by now, where it is for a later look to store them. */
async function readIds(run: StepRun, grants: readonly FoundGrant[]): Promise<FirstLook> {
  const { keeping, parts, incident } = run;
  const known = await keeping.store(() => readPreserved<readonly string[]>(parts.table, incident, "grant-ids"));
  const ids = known?.stored ?? idsOf(run, grants);
  return { ids: new Set(ids), isStored: known?.stored !== undefined, isUnread: true };
}

const idsOf = (run: StepRun, grants: readonly FoundGrant[]): string[] =>
  grants.filter((grant) => mayBeFirst(run, grant)).map(({ id }) => id);

export async function storeIds({ keeping, incident, parts }: StepRun, ids: readonly string[]): Promise<FirstLook> {
  const kept = await keeping.store(() => preserve(parts.table, incident, "grant-ids", ids));
  return { ids: new Set(kept?.stored ?? ids), isStored: kept !== undefined };
}

/** The table may work again by now. */
const keepIdsLate = (run: StepRun, first: FirstLook): Promise<FirstLook> =>
  first.isStored || first.isUnread ? Promise.resolve(first) : storeIds(run, [...first.ids]);

/**
 * Where an earlier run saw grants and could not store which, what it left behind is named in its result, and everything
 * else came later.
 */
function mayBeFirst(run: StepRun, grant: FoundGrant): boolean {
  const known = run.incident.steps.contain;
  if (wasComplete(run)) return false;
  if (known?.outcome !== "incomplete") return true;
  const { missing, told = [] } = known;
  if (told.length === 0 && missing.some((line) => line.startsWith(UNLISTED))) return true;
  const isNamed = missing.some((line) => line.startsWith(nameOf(grant)) || line.startsWith(AND_MORE));
  return known.putBack === undefined && isNamed;
}

export async function readOrganizations({ tenant }: StepRun, grant: FoundGrant): Promise<ReadGrant> {
  if (!mayHaveOrganizations(grant)) return { ...grant, organizations: [], unread: undefined };
  const read = await tried(() => tenant.organizationsOf(grant.id));
  // Where the plan has no organizations there are none.
  if ("error" in read && read.error.code === "feature-unavailable")
    return { ...grant, organizations: [], unread: undefined };
  return "error" in read
    ? { ...grant, organizations: [], unread: read.error }
    : { ...grant, organizations: read.value, unread: undefined };
}

/** Source: Management API, `organization_usage` of `client-grants`: `deny` is what an absent one means. */
const mayHaveOrganizations = ({ organizationUsage }: FoundGrant): boolean =>
  organizationUsage !== undefined && organizationUsage !== "deny";

/** Stores a grant, once; one whose organizations could not be read is not stored. */
export async function keepGrant(
  { keeping, incident, parts }: StepRun,
  grant: ReadGrant,
  first: FirstLook,
): Promise<KeptGrant> {
  const { id, audience, scopes, allowsAllScopes, subjectType, organizationUsage, allowsAnyOrganization } = grant;
  const { isSystem, organizations, unread, authorizationDetailsTypes } = grant;
  const plain: RevokedGrant = {
    ...{ id, audience, scopes, allowsAllScopes, subjectType, organizationUsage, allowsAnyOrganization },
    ...{ isSystem, organizations, ...(authorizationDetailsTypes ? { authorizationDetailsTypes } : {}) },
  };
  const part = first.ids.has(id) ? (`grant/${id}` as const) : (`put-back/${id}` as const);
  const isWhole = unread === undefined;
  const stored = isWhole && (await keeping.store(() => preserve(parts.table, incident, part, plain)));
  return { ...plain, unread, isStored: Boolean(stored), lines: linesOf(plain, unread) };
}

/** What a line of an alert holds without being cut: see `incidentAlert`. */
const LINE = 360;

function linesOf(grant: RevokedGrant, unread: CurfewError | undefined): string[] {
  const { allowsAllScopes, subjectType, organizationUsage, allowsAnyOrganization, organizations, scopes } = grant;
  const facts = [
    allowsAllScopes ? "all scopes" : scopes.length === 0 ? "no scopes" : "",
    subjectType === undefined ? "" : `for ${subjectType}`,
    organizationUsage === undefined ? "" : `organizations: ${organizationUsage}`,
    allowsAnyOrganization ? "any organization" : "",
    unread === undefined ? "" : "which organizations it counts for is not known",
  ].filter((fact) => fact !== "");
  return [
    `grant ${nameOf(grant)}${facts.length === 0 ? "" : `: ${facts.join("; ")}`}`,
    ...packed(`grant ${grant.id}, scopes:`, allowsAllScopes ? [] : scopes),
    ...packed(`grant ${grant.id}, organizations:`, organizations),
    ...packed(`grant ${grant.id}, authorization details:`, grant.authorizationDetailsTypes ?? []),
  ];
}

/** Words behind a beginning, in as many lines as they need. */
function packed(beginning: string, words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= LINE) lines.push(`${beginning} ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
