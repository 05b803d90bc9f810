import { READ_SCOPES } from "../auth0/endpoints.ts";
import { SECTION_NAMES, type SectionName } from "./inventory.ts";

/** The scope that each section needs; the sections and the endpoints share their names. */
const SECTION_SCOPES: Readonly<Record<SectionName, string>> = READ_SCOPES;

/** The scopes to grant to an auditor that reads `sections`, each once, in the order of the sections. */
export function scopesFor(sections: Iterable<SectionName> = SECTION_NAMES): string[] {
  return [...new Set([...sections].map((section) => SECTION_SCOPES[section]))];
}
