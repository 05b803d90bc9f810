/** A place in the configuration: keys and list positions from the top. */
export type ConfigPath = readonly (string | number)[];

/** Something wrong in the configuration file, with the place to look at. Lines and columns count from 1. */
export interface Mistake {
  line: number;
  column: number;
  /** The place as a path, for instance `tenants[0].domain`; empty for the file as a whole. */
  path: string;
  /** One sentence: what is wrong and what would be right. Never holds a value that could be a secret. */
  message: string;
}

/** A mistake whose place in the file is not worked out yet. */
export interface Complaint {
  path: ConfigPath;
  /** What to point at: the value (the default) or the key itself. */
  at?: "key" | "value";
  message: string;
}

/**
 * What a key may look like to be repeated in a message. Keys are normally harmless, but where the space after a
 * colon is missing (`{ secret:abc }`) the whole text becomes the key, and with it the secret.
 */
const PRINTABLE_KEY = /^(?:<<|[A-Za-z_][A-Za-z0-9_.-]{0,47})$/;
const SIMPLE_KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Writes a path the way JavaScript would; a key that could hide a secret becomes `…`. */
export function formatPath(path: ConfigPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : formatKey(part, index === 0))).join("");
}

function formatKey(key: string, first: boolean): string {
  if (!PRINTABLE_KEY.test(key)) return '["…"]';
  if (!SIMPLE_KEY.test(key)) return `["${key}"]`;
  return first ? key : `.${key}`;
}

/** One line for each mistake: `curfew.yaml:12:5  tenants[0].domian: unknown key; did you mean "domain"?` */
export function formatMistakes(file: string, mistakes: readonly Mistake[]): string {
  return mistakes
    .map(({ line, column, path, message }) => `${file}:${line}:${column}  ${path === "" ? "" : `${path}: `}${message}`)
    .join("\n");
}

/** Orders mistakes by their place in the file. */
export function byPosition(a: Mistake, b: Mistake): number {
  return a.line - b.line || a.column - b.column;
}
