import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** Auth0's OpenAPI document and log schema belong to others; they are read where they are and never copied. */
const REFERENCE = process.env.CURFEW_REFERENCE ?? join(import.meta.dirname, "..", "..", "..", "..", "shared", "auth0");

/** The parts of an OpenAPI document that these tests touch. */
interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>>;
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
}

/** Reads the OpenAPI document. */
export function managementReference(): ManagementReference {
  const document = readDocument("management-openapi.2026-05.json");
  const ajv = newAjv(document);
  const operation = (method: string, template: string) => document.paths[template]?.[method];
  return {
    statuses: (method, template) => Object.keys(operation(method, template)?.responses ?? {}),
    schema: (method, template, status) => {
      const content = operation(method, template)?.responses[status]?.content;
      const type = Object.keys(content ?? {})[0];
      if (type === undefined) return undefined;
      const pointer = ["paths", template, method, "responses", String(status), "content", type, "schema"];
      return ajv.compile({ $ref: `document#/${pointer.map(escapePointer).join("/")}` });
    },
  };
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
