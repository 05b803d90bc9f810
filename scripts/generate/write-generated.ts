import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { GeneratedFile } from "./generated-file.ts";

/** What differs between the disk and what should be there, as paths relative to the root. */
export interface Difference {
  /** Missing or with another content. */
  stale: string[];
  /** In a wholly generated folder, and no longer generated. */
  obsolete: string[];
}

/**
 * Compares generated files with the disk.
 *
 * @param root the repository's root
 * @param folders folders that hold nothing but generated files, relative to the root
 */
export function compareGenerated(
  root: string,
  files: readonly GeneratedFile[],
  folders: readonly string[],
): Difference {
  const wanted = new Set(files.map(({ path }) => path));
  const present = folders.flatMap((folder) =>
    globSync(`${folder}/**/*.*`, { cwd: root }).map((path) => path.split(sep).join("/")),
  );
  return {
    stale: files
      .filter(({ path, content }) => readIfThere(join(root, path)) !== content)
      .map(({ path }) => path)
      .sort(),
    obsolete: present.filter((path) => !wanted.has(path)).sort(),
  };
}

/** Writes what is stale and removes what is obsolete. */
export function writeGenerated(root: string, files: readonly GeneratedFile[], { stale, obsolete }: Difference): void {
  for (const { path, content } of files.filter((file) => stale.includes(file.path))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const path of obsolete) rmSync(join(root, path));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
