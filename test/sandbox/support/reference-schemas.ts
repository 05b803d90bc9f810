import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Auth0's OpenAPI document and log schema belong to others; they are read where they are and never copied. */
const REFERENCE = process.env.CURFEW_REFERENCE ?? join(import.meta.dirname, "..", "..", "..", "..", "shared", "auth0");

type Content = Record<string, unknown>;

interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
  security?: Record<string, string[]>[];
}

/** The parts of an OpenAPI document that these tests touch. */
interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

function readDocument(file: string): OpenApi {
  return JSON.parse(readFileSync(join(REFERENCE, file), "utf8"));
}

function newAjv(document: OpenApi): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, logger: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document as object, "document");
  return ajv;
}

/** What the Management API's reference says of answers. */
export interface ManagementReference {
  /** The statuses that the reference lists for an endpoint; undefined when it does not know the endpoint. */
  statuses(method: string, template: string): string[] | undefined;
  /** The schema of an answer; undefined when the reference gives none. */
  schema(method: string, template: string, status: number): ValidateFunction | undefined;
  /** The schema of what is sent as JSON; undefined when the reference knows no body for the endpoint. */
  body(method: string, template: string): ValidateFunction | undefined;
  /** The names of the query parameters of an endpoint. */
  query(method: string, template: string): string[];
  /** The template of a path, the one with the fewest variable parts; undefined when there is none. */
  template(path: string): string | undefined;
  /** The scopes of which one at least is needed. */
  scopes(method: string, template: string): string[];
}

/** Reads the OpenAPI document. */
export function managementReference(): ManagementReference {
  const document = readDocument("management-openapi.2026-05.json");
  const ajv = newAjv(document);
  const operation = (method: string, template: string) => document.paths[template]?.[method];
  const compiled = (pointer: readonly string[]) =>
    ajv.compile({ $ref: `document#/${pointer.map(escapePointer).join("/")}` });
  return {
    body: (method, template) => {
      if (operation(method, template)?.requestBody === undefined) return undefined;
      return compiled(["paths", template, method, "requestBody", "content", "application/json", "schema"]);
    },
    query: (method, template) =>
      (operation(method, template)?.parameters ?? []).filter((one) => one.in === "query").map(({ name }) => name),
    template: (path) => fewestParts(Object.keys(document.paths).filter((template) => isOf(path, template))),
    scopes: (method, template) =>
      (operation(method, template)?.security ?? []).flatMap((one) => one.oAuth2ClientCredentials ?? []),
    statuses: (method, template) => Object.keys(operation(method, template)?.responses ?? {}),
    schema: (method, template, status) => {
      const content = operation(method, template)?.responses[status]?.content;
      const type = Object.keys(content ?? {})[0];
      if (type === undefined) return undefined;
      return compiled(["paths", template, method, "responses", String(status), "content", type, "schema"]);
    },
  };
}

/** Whether a path, below `/api/v2`, is one of a template's. */
const isOf = (path: string, template: string): boolean =>
  new RegExp(`^/api/v2${template.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);

function fewestParts(templates: readonly string[]): string | undefined {
  const count = (template: string): number => template.split("{").length;
  return [...templates].sort((a, b) => count(a) - count(b))[0];
}

/** Reads the schema of tenant log events: one schema by event type. */
export function logSchemas(): (type: string) => ValidateFunction {
  const document = readDocument("tenant-logs-schema.json");
  const ajv = newAjv(document);
  return (type) => ajv.compile({ $ref: `document#/components/schemas/${type}` });
}

function escapePointer(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}
