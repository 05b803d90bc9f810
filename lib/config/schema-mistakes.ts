import * as z from "zod";
import type { Complaint, ConfigPath } from "./mistakes.ts";
import { didYouMean, nearest } from "./nearest.ts";

/** Validates against the schema and says everything that is wrong, in sentences that repeat no value. */
export function schemaComplaints<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { data: z.output<Schema> } | { complaints: Complaint[] } {
  const result = schema.safeParse(value, { error: sentence });
  if (result.success) return { data: result.data };
  const seen = new Set<string>();
  const complaints = result.error.issues.flatMap((issue) => complaintsOf(schema, issue));
  // One sentence for one place: a value of the wrong form may break several rules for the same reason.
  return { complaints: complaints.filter(({ path }) => isNew(seen, JSON.stringify(path))) };
}

function isNew(seen: Set<string>, key: string): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function complaintsOf(schema: z.ZodType, issue: z.core.$ZodIssue): Complaint[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(shapeAt(schema, path));
    const sentenceFor = isPolicyChecks(path) ? unknownCheck : unknownKey;
    return issue.keys.map((key) => ({ path: [...path, key], at: "key", message: sentenceFor(key, known) }));
  }
  if (issue.message === MISSING) return [{ path, message: missing(schemaAt(schema, path)) }];
  const at = issue.code === "custom" && issue.params?.at === "key" ? "key" : "value";
  return [{ path, at, message: issue.message }];
}

const isPolicyChecks = (path: ConfigPath): boolean => path.length === 2 && path[0] === "policy" && path[1] === "checks";

function unknownKey(key: string, known: readonly string[]): string {
  if (key === "<<") return "merge keys are not part of YAML 1.2; write the keys out";
  return `unknown key; ${didYouMean(key, known) ?? `known here: ${known.join(", ")}`}`;
}

/** What to say about a check that the catalogue does not have. */
export function unknownCheck(id: string, known: readonly string[]): string {
  return `unknown check; ${didYouMean(id, known) ?? "curfew checks lists those there are"}`;
}

const MISSING = "required, but missing";

function missing(schema: z.ZodType | undefined): string {
  const description = schema?.meta()?.description;
  return description === undefined ? MISSING : `${MISSING} (${description.replace(/\.$/, "")})`;
}

/** Our sentence for what a schema does not say itself. */
function sentence(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return MISSING;
  if (issue.input === null) return "this is empty; give it a value or take the key out";
  if (issue.code === "invalid_type") return wrongType(issue.expected, issue.input);
  if (issue.code === "invalid_value") return wrongValue(issue.values.map(String), issue.input);
  return "this is not what belongs here; compare it with the example that curfew init writes";
}

const NOUNS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping of keys",
};

function wrongType(expected: string, input: unknown): string {
  const actual = Array.isArray(input) ? "array" : typeof input;
  const wanted = NOUNS[expected] ?? "something else";
  if (expected === "string" && (actual === "number" || actual === "boolean")) {
    return `this must be text, not ${NOUNS[actual]}; put it in quotes`;
  }
  if (expected === actual) return `this must be ${wanted} that can be counted with`;
  const hint = actual === "string" && expected !== "array" && expected !== "object" ? "; leave out the quotes" : "";
  return `this must be ${wanted}, not ${NOUNS[actual] ?? "this"}${hint}`;
}

function wrongValue(values: readonly string[], input: unknown): string {
  const meant = typeof input === "string" ? nearest(input, values) : undefined;
  const listed =
    values.length === 1 ? `the only possible value is ${values[0]}` : `this is one of ${values.join(", ")}`;
  return meant === undefined ? listed : `${listed}; did you mean "${meant}"?`;
}

/** The keys that the schema knows at a place; none where there is no mapping. */
function shapeAt(schema: z.ZodType, path: ConfigPath): Readonly<Record<string, z.ZodType>> {
  const found = schemaAt(schema, path);
  return found instanceof z.ZodObject ? (found.shape as Record<string, z.ZodType>) : {};
}

function schemaAt(schema: z.ZodType, path: ConfigPath): z.ZodType | undefined {
  let found: z.ZodType | undefined = unwrap(schema);
  for (const part of path) {
    if (found instanceof z.ZodArray) found = unwrap(found.element as z.ZodType);
    else if (found instanceof z.ZodObject) found = unwrap((found.shape as Record<string, z.ZodType>)[part]);
    else return undefined;
  }
  return found;
}

/** What a schema validates, without the layers that make it optional, give a default or transform the result. */
function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return unwrap(schema.unwrap() as z.ZodType);
  }
  return schema instanceof z.ZodPipe ? unwrap(schema.in as z.ZodType) : schema;
}
