/** One resource of a CloudFormation template. */
export interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: what CloudFormation resources hold is not typed anywhere
  Properties: any;
}

/** A template whose references are plain text. */
export interface Template {
  /** By readable names: without the eight digits that CDK appends. */
  resources: ReadonlyMap<string, Resource>;
  outputs: Readonly<Record<string, { Value: string }>>;
  /** As CDK wrote it. */
  text: string;
}

/** The resources of one type, by name. */
export const ofType = (template: Template, type: string): [string, Resource][] =>
  [...template.resources].filter(([, resource]) => resource.Type === type);

const PSEUDO: Readonly<Record<string, string>> = {
  "AWS::Partition": "aws",
  "AWS::Region": "eu-central-1",
  "AWS::AccountId": "111122223333",
  "AWS::URLSuffix": "amazonaws.com",
  "AWS::StackName": "Curfew",
};

/** Reads a template and replaces its references: `{ Ref: "TopicsAlerts790CC8DD" }` becomes `<TopicsAlerts>`. */
export function templateFrom(text: string): Template {
  const template = JSON.parse(text);
  const resources = Object.entries(template.Resources).map(
    ([id, resource]) => [readable(id), resolve(resource)] as [string, Resource],
  );
  return { resources: new Map(resources), outputs: resolve(template.Outputs) as Template["outputs"], text };
}

const readable = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, "");

function resolve(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [[name, inner] = ["", undefined]] = entries;
  if (entries.length === 1 && name in INTRINSICS) return INTRINSICS[name]?.(inner as never);
  return Object.fromEntries(entries.map(([key, item]) => [key, resolve(item)]));
}

const INTRINSICS: Readonly<Record<string, (inner: never) => unknown>> = {
  Ref: (id: string) => PSEUDO[id] ?? `<${readable(id)}>`,
  // An ARN is as good a name of a resource as any.
  "Fn::GetAtt": ([id, attribute]: [string, string]) =>
    attribute === "Arn" ? `<${readable(id)}>` : `<${readable(id)}.${attribute}>`,
  "Fn::Join": ([separator, parts]: [string, unknown[]]) => parts.map(resolve).join(separator),
  "Fn::Sub": (pattern: string) => pattern.replace(/\$\{([^}]+)\}/g, (_all, id: string) => PSEUDO[id] ?? `<${id}>`),
  "Fn::Split": ([separator, whole]: [string, unknown]) => String(resolve(whole)).split(separator),
  // Only ever the name in a reference's ARN, for which the reference itself stands.
  "Fn::Select": ([index, parts]: [number, unknown]) => {
    const list = resolve(parts) as string[];
    return list[index] ?? list[0];
  },
};
