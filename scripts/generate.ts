// Writes every generated file of the repository. `--check` writes nothing: it names what is stale and exits 1.
// `--root DIR` works on another checkout. A further kind of document is one more function in scripts/generate/
// that returns its files, and one more line in `generateAll`.
import { parseArgs } from "node:util";
import { checkImports } from "./generate/check-imports.ts";
import { CHECK_PAGES_FOLDER, checkPages } from "./generate/check-pages.ts";
import { configSchemaFile } from "./generate/config-schema.ts";
import { findChecks } from "./generate/find-checks.ts";
import type { GeneratedFile } from "./generate/generated-file.ts";
import { compareGenerated, writeGenerated } from "./generate/write-generated.ts";

/** Folders whose every file is generated; what is no longer generated there is removed. */
const GENERATED_FOLDERS = [CHECK_PAGES_FOLDER];

async function generateAll(root: string): Promise<GeneratedFile[]> {
  const checks = await findChecks(root);
  return [...checkImports(checks), ...checkPages(checks), ...configSchemaFile(checks)];
}

const { values } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    root: { type: "string", default: `${import.meta.dirname}/..` },
  },
});

const files = await generateAll(values.root);
const difference = compareGenerated(values.root, files, GENERATED_FOLDERS);
const { stale, obsolete } = difference;

if (!values.check) {
  writeGenerated(values.root, files, difference);
  for (const path of stale) console.log(`wrote ${path}`);
  for (const path of obsolete) console.log(`removed ${path}`);
} else if (stale.length + obsolete.length > 0) {
  console.error("Generated files are not up to date; run npm run generate:");
  for (const path of stale) console.error(`  stale: ${path}`);
  for (const path of obsolete) console.error(`  no longer generated: ${path}`);
  process.exitCode = 1;
}
