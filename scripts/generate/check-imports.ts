import { CHECKS_FOLDER, type CheckFile } from "./find-checks.ts";
import type { GeneratedFile } from "./generated-file.ts";

/** The list of imports behind the catalogue, so that a new check is one file and nothing else needs touching. */
export function checkImports(checks: readonly CheckFile[]): GeneratedFile[] {
  const entries = checks.map(({ file }) => ({ file, name: importName(file) }));
  const content = [
    "// Written by scripts/generate.ts from the files in the folders beside it: change those, not this one.",
    "// biome-ignore-all assist/source/organizeImports: sorted by file name",
    "// biome-ignore-all format: one line a check",
    ...entries.map(({ file, name }) => `import ${name} from "./${file}";`),
    'import type { Check } from "./define-check.ts";',
    "",
    "/** Every check found on disk; the catalogue sorts them. */",
    "export const ALL_CHECKS: readonly Check[] = [",
    ...entries.map(({ name }) => `  ${name},`),
    "];",
    "",
  ];
  return [{ path: `${CHECKS_FOLDER}/all-checks.ts`, content: content.join("\n") }];
}

/** `expiry/session-idle.ts` becomes `expirySessionIdle`. */
const importName = (file: string): string =>
  file.replace(/\.ts$/, "").replace(/[^a-zA-Z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase());
