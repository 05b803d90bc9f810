import { readFile, stat } from "node:fs/promises";
import type { Check } from "../checks/define-check.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { exceptionComplaints } from "./exception-rules.ts";
import { mapping } from "./loose.ts";
import { byPosition, type Complaint, formatMistakes, type Mistake } from "./mistakes.ts";
import { scheduleComplaints } from "./schedule-rules.ts";
import { type Config, configSchema } from "./schema.ts";
import { schemaComplaints } from "./schema-mistakes.ts";
import { envReferenceComplaints, loginNameComplaints, secretComplaints } from "./secret-rules.ts";
import { tenantComplaints } from "./tenant-rules.ts";
import { readYaml } from "./yaml-source.ts";

/** What the configuration is judged against. */
interface LoadOptions {
  /** The day from which exceptions and the schedule are judged, in UTC. */
  today: Date;
  /** The checks that the policy and exceptions may name. */
  catalogue: readonly Check[];
  /** True where the configuration is deployed: references to variables of a laptop, and names that no role may read, are mistakes. */
  deployed?: boolean;
}

/**
 * Reads the text of a configuration file and says everything that is wrong with it at once.
 *
 * @returns the configuration with every default filled in, or at least one mistake, in the order of the file.
 * @example
 * const result = parseConfig(text, { today: new Date(), catalogue: CATALOGUE });
 * if (result.mistakes) console.error(formatMistakes("curfew.yaml", result.mistakes));
 */
export function parseConfig(
  text: string,
  options: LoadOptions,
): { config: Config; mistakes?: never } | { config?: never; mistakes: Mistake[] } {
  const source = readYaml(text);
  if (!source.locate) return { mistakes: [...source.mistakes] };
  const wrongRoot = rootComplaint(source.value);
  if (wrongRoot) return { mistakes: [source.locate(wrongRoot)] };
  const result = schemaComplaints(configSchema(options.catalogue), source.value);
  const complaints = [...("data" in result ? [] : result.complaints), ...ruleComplaints(source.value, options)];
  const mistakes = [...source.mistakes, ...complaints.map(source.locate)].sort(byPosition);
  return "data" in result && mistakes.length === 0 ? { config: result.data } : { mistakes };
}

function rootComplaint(value: unknown): Complaint | undefined {
  if (typeof value === "object" && !Array.isArray(value)) return undefined;
  const found = Array.isArray(value) ? "a list" : "a single value";
  return { path: [], message: `this file holds ${found}; it must hold keys, beginning with version: 1` };
}

function ruleComplaints(value: unknown, { today, catalogue, deployed = false }: LoadOptions): Complaint[] {
  const config = mapping(value);
  return [
    ...tenantComplaints(config),
    ...secretComplaints(config),
    ...exceptionComplaints(config, catalogue, today),
    ...scheduleComplaints(config, today),
    ...(deployed ? [...envReferenceComplaints(config), ...loginNameComplaints(config)] : []),
  ];
}

/** More bytes than any configuration has; a larger file is not even read. */
const MOST_BYTES = 16_000_000;

/**
 * Reads and validates a configuration file.
 *
 * @throws CurfewError `configuration-invalid` with all mistakes, one a line, or the reason why it cannot be read.
 */
export async function loadConfig(file: string, options: LoadOptions): Promise<Config> {
  const { config, mistakes } = parseConfig(await readText(file), options);
  if (config) return config;
  const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
  throw new CurfewError("configuration-invalid", `${file} has ${count}:\n${formatMistakes(file, mistakes)}`);
}

async function readText(file: string): Promise<string> {
  const bytes = await readBytes(file);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CurfewError("configuration-invalid", `${file} is not UTF-8 text; save it with that encoding.`);
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size <= MOST_BYTES) return await readFile(file);
  } catch (error) {
    throw new CurfewError("configuration-invalid", unreadable(file, error), { cause: error });
  }
  throw new CurfewError("configuration-invalid", `${file} is larger than any configuration needs to be.`);
}

function unreadable(file: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") {
    return `There is no configuration file ${file}; write one with curfew init, or name another with --config.`;
  }
  if (code === "EISDIR") return `${file} is a folder; name the configuration file in it with --config.`;
  if (code === "EACCES" || code === "EPERM") return `${file} may not be read by this user; change its permissions.`;
  return `${file} cannot be read (${String(code ?? "unknown reason")}); name another file with --config.`;
}
