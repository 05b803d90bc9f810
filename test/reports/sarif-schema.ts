import schema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { Ajv } from "ajv";
import addFormats from "ajv-formats";

const validate = compile();

/**
 * What is wrong with a SARIF log by the schema of SARIF 2.1.0; nothing when it is valid.
 * The schema is the OASIS committee's own, as a package of Microsoft's carries it.
 */
export function validateSarif(log: unknown): string[] {
  if (validate(log)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath} ${message}`);
}

function compile() {
  // Of draft 4 this schema uses only what later drafts understand as well, save for the name of its id.
  const { $schema: _draft, id: _id, ...rules } = schema;
  // One of its patterns is not a regular expression by the rules of Unicode mode.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile(rules);
}
