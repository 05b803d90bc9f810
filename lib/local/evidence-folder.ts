import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CurfewError } from "../model/curfew-error.ts";
import type { EvidenceStore, StoredDocument } from "../store/evidence-store.ts";

/**
 * Keeps evidence in a folder, for its owner only. It keeps no versions: what is there already is never written over.
 *
 * @param folder is made when the first document is written
 */
export function evidenceFolder(folder: string): EvidenceStore {
  /** @returns false when there is one */
  const write = async (name: string, body: Uint8Array): Promise<boolean> => {
    const file = fileOf(folder, name);
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(file, body, { mode: 0o600, flag: "wx" });
      return true;
    } catch (error) {
      if (codeOf(error) === "EEXIST") return false;
      throw failure(file, error);
    }
  };
  const create = async (name: string, body: Uint8Array): Promise<StoredDocument | undefined> =>
    (await write(name, body)) ? { name, version: null, sha256: sha256(body) } : undefined;
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    const file = fileOf(folder, name);
    try {
      return await readFile(file);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw failure(file, error);
    }
  };
  return {
    create,
    read,
    async write(name, body) {
      const created = await create(name, body);
      if (created) return created;
      const there = await read(name);
      if (there && sha256(there) === sha256(body)) return { name, version: null, sha256: sha256(body) };
      throw new CurfewError(
        "store-failed",
        `The file ${JSON.stringify(fileOf(folder, name))} is there already, and is another one.`,
      );
    },
  };
}

/** Names are Curfew's own; one that leads out of the folder is a defect. */
function fileOf(folder: string, name: string): string {
  if (name.split("/").includes("..")) throw new TypeError(`${name} leads out of the folder.`);
  return join(folder, name);
}

const sha256 = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex");

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "unknown error";

const failure = (file: string, error: unknown): CurfewError =>
  new CurfewError(
    "store-failed",
    `The file ${JSON.stringify(file)} cannot be used (${codeOf(error)}); check its permissions.`,
    {
      detail: codeOf(error),
    },
  );
