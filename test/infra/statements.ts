import type { Resource, Template } from "./template.ts";

/** One statement of a policy, its parts always in lists. */
export interface Statement {
  effect: string;
  principals: readonly string[];
  actions: readonly string[];
  resources: readonly string[];
  conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface RawStatement {
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Principal?: string | Record<string, string | string[]>;
  Condition?: Statement["conditions"];
}

const list = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : [value].flat();

const statement = (raw: RawStatement): Statement => ({
  effect: raw.Effect,
  principals: typeof raw.Principal === "object" ? Object.values(raw.Principal).flatMap(list) : list(raw.Principal),
  actions: list(raw.Action),
  resources: list(raw.Resource),
  conditions: raw.Condition ?? {},
});

/** Where in a resource policies are; every other property with statements in it is found by {@link statements}. */
const documentsIn = ({ Properties }: Resource): [string, { Statement: RawStatement[] }][] =>
  Object.entries(Properties ?? {}).filter(
    (entry): entry is [string, { Statement: RawStatement[] }] =>
      typeof entry[1] === "object" && entry[1] !== null && "Statement" in entry[1],
  );

/**
 * Every statement of every policy in the template, under the roles that it belongs to, or under the resource that
 * carries it: `AuditTenantRole`, `AuditTenantRole trusts`, `TopicsAlertsPolicy`.
 */
export function statements(template: Template): Map<string, Statement[]> {
  const found = new Map<string, Statement[]>();
  for (const [id, resource] of template.resources) {
    for (const [property, document] of documentsIn(resource)) {
      for (const owner of owners(id, property, resource)) {
        found.set(owner, [...(found.get(owner) ?? []), ...document.Statement.map(statement)]);
      }
    }
  }
  return found;
}

function owners(id: string, property: string, { Type, Properties }: Resource): string[] {
  if (property === "AssumeRolePolicyDocument") return [`${id} trusts`];
  if (Type !== "AWS::IAM::Policy") return [id];
  return Properties.Roles.map((role: string) => role.slice(1, -1));
}

/** A statement on one line, as the tables in the tests hold it. */
export function oneLine({ effect, principals, actions, resources, conditions }: Statement): string {
  const parts = [
    effect === "Allow" ? "" : effect.toLowerCase(),
    principals.join(", "),
    actions.toSorted().join(", "),
    resources.length === 0 ? "" : `on ${resources.toSorted().join(", ")}`,
    Object.keys(conditions).length === 0 ? "" : `if ${JSON.stringify(conditions)}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** `*` and `?` as IAM reads them: also across slashes. */
export function matchesPattern(text: string, pattern: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`).test(text);
}
