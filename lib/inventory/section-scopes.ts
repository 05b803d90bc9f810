import { READ_SCOPES } from "../auth0/endpoints.ts";
import { SECTION_NAMES, type SectionName } from "./inventory.ts";

/** The scope that each section needs; the sections and the endpoints share their names. */
const SECTION_SCOPES: Readonly<Record<SectionName, string>> = READ_SCOPES;

/**
 * The scopes to grant to an auditor that reads `sections`, each once, in the order of the sections.
 *
 * @param logs whether it reads the tenant's log too, which is no section
 */
export function scopesFor(
  sections: Iterable<SectionName> = SECTION_NAMES,
  { logs = false }: { logs?: boolean } = {},
): string[] {
  const scopes = [...sections].map((section) => SECTION_SCOPES[section]);
  return [...new Set(logs ? [...scopes, READ_SCOPES.logs] : scopes)];
}
