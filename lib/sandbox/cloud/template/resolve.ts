import { ACCOUNT, REGION } from "../account.ts";
import { defaultName, namingOf, queueUrl } from "./physical-names.ts";
import type { ResolvedResource, Template } from "./template.ts";

/** Stands for a property that is to be left out. */
const NO_VALUE = Symbol("AWS::NoValue");

const PSEUDO_PARAMETERS: Readonly<Record<string, unknown>> = {
  "AWS::AccountId": ACCOUNT,
  "AWS::NoValue": NO_VALUE,
  "AWS::Partition": "aws",
  "AWS::Region": REGION,
  "AWS::StackName": "sandbox",
  "AWS::URLSuffix": "amazonaws.com",
};

/**
 * The resources of some types, references resolved to names and ARNs that are the same each time.
 *
 * @throws TypeError for a function of CloudFormation that the sandbox does not know
 */
export function resourcesOfType(template: Template, ...types: string[]): ResolvedResource[] {
  const ids = Object.keys(template.Resources).filter((id) => types.includes(template.Resources[id]?.Type ?? ""));
  return ids.map((id) => resolveResource(template, id));
}

/** One resource, resolved. */
function resolveResource(template: Template, logicalId: string): ResolvedResource {
  const { Type: type, Properties = {}, Metadata = {} } = find(template, logicalId);
  const { name, arn } = identify(template, logicalId);
  const properties = resolve(template, Properties) as Record<string, unknown>;
  return { logicalId, type, name, arn, properties, metadata: Metadata };
}

function find(template: Template, logicalId: string) {
  const resource = template.Resources[logicalId];
  if (!resource) throw new TypeError(`The template refers to ${logicalId}, which it does not have.`);
  return resource;
}

function identify(template: Template, logicalId: string): { name: string; arn: string; ref: string } {
  const { Type, Properties = {} } = find(template, logicalId);
  const naming = namingOf(Type);
  const given = resolve(template, Properties[naming.property]);
  const name = typeof given === "string" ? given : defaultName(Type, logicalId);
  const arn = naming.arn(name);
  return { name, arn, ref: { name, arn, url: queueUrl(name) }[naming.ref] };
}

/** Resolves references and functions anywhere inside a value. */
function resolve(template: Template, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(template, item)).filter((item) => item !== NO_VALUE);
  if (typeof value !== "object" || value === null) return value;
  const [name, ...others] = Object.keys(value);
  const argument: unknown = Object.values(value)[0];
  if (name !== undefined && others.length === 0 && (name === "Ref" || name.startsWith("Fn::"))) {
    return call(template, name, argument);
  }
  const resolved = Object.entries(value).map(([key, item]) => [key, resolve(template, item)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
}

function call(template: Template, name: string, argument: unknown): unknown {
  switch (name) {
    case "Ref":
      return reference(template, String(argument));
    case "Fn::GetAtt":
      return attribute(template, argument);
    case "Fn::Join":
      return join(resolve(template, argument));
    case "Fn::Sub":
      return substitute(template, argument);
    case "Fn::Select":
      return select(resolve(template, argument));
    case "Fn::Split":
      return split(resolve(template, argument));
    default:
      throw new TypeError(`The sandbox cannot resolve ${name} in a template.`);
  }
}

function reference(template: Template, name: string): unknown {
  if (name in PSEUDO_PARAMETERS) return PSEUDO_PARAMETERS[name];
  const parameter = template.Parameters?.[name];
  return parameter ? parameter.Default : identify(template, name).ref;
}

function attribute(template: Template, argument: unknown): string {
  const path = typeof argument === "string" ? argument.split(".") : (argument as string[]);
  const [logicalId = "", ...rest] = path;
  const { name, arn } = identify(template, logicalId);
  const wanted = rest.join(".");
  if (/^(?:Topic)?Arn$/.test(wanted)) return arn;
  if (wanted === "QueueUrl") return queueUrl(name);
  if (/^(?:Topic|Queue)?Name$/.test(wanted)) return name;
  return `${name}.${wanted}`;
}

function join(argument: unknown): string {
  const [separator, parts] = argument as [string, unknown[]];
  return parts.join(separator);
}

function select(argument: unknown): unknown {
  const [index, list] = argument as [number | string, unknown[]];
  return list[Number(index)];
}

function split(argument: unknown): string[] {
  const [separator, text] = argument as [string, string];
  return text.split(separator);
}

/** `${Name}` is a reference or a local name, `${Name.Attribute}` an attribute, `${!Name}` stays as `${Name}`. */
function substitute(template: Template, argument: unknown): string {
  const [text, locals] = (typeof argument === "string" ? [argument, {}] : argument) as [
    string,
    Record<string, unknown>,
  ];
  return text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    if (name in locals) return String(resolve(template, locals[name]));
    return String(name.includes(".") ? attribute(template, name) : reference(template, name));
  });
}
