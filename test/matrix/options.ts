import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { MATRICES } from "./matrices.ts";
import type { Case, Matrix } from "./matrix.ts";

/** What `npm run matrix` was asked to do. */
export interface Order {
  matrices: readonly Matrix[];
  /** Takes the `part`th of so many `parts` of the first faults, counted from zero. */
  part: number;
  parts: number;
  /** How many of these are left out at the beginning. */
  from: number;
  withPairs: boolean;
  workers: number;
  /** After which no other first fault is begun. */
  minutes: number;
}

const NAMES = MATRICES.map(({ name }) => name);

export const USAGE = `Usage: npm run matrix -- [MATRIX…] [options]

Strikes histories by every fault at every call, by services that fail for long, and by every pair of faults: any fault
at any call, and any other at any call after it. The matrices are ${NAMES.join(", ")}; all of them where none is named.

  --share K/N    the Kth of N shares of the first faults: so a run of hours can be made in parts, or on several machines
  --every N      every Nth first fault only: the same as --share 1/N
  --from N       goes on with the Nth of these first faults, as an interrupted run says
  --minutes N    begins no other first fault after that
  --singles      leaves out the pairs
  --workers N    threads; one for each processor when left out
  --case JSON    runs one case, as a failing test prints it, and tells its calls
`;

/** An order, one case to look at, or help; a text says what is wrong. */
export type Asked = { order: Order } | { case: Case } | { help: true } | string;

/** Reads the arguments of `npm run matrix`. */
export function readOptions(args: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (values.help) return { help: true };
    if (values.case !== undefined) return printedCase(values.case) ?? NO_CASE;
    const unknown = positionals.find((name) => !NAMES.includes(name));
    if (unknown !== undefined) return `There is no matrix "${unknown}".`;
    return orderOf(values, positionals);
  } catch (error) {
    if (error instanceof TypeError) return error.message; // what parseArgs says of a mistyped option
    throw error;
  }
}

/** Minutes that no run takes. */
const FOREVER = 999_999;

const OPTIONS = {
  share: { type: "string" },
  every: { type: "string" },
  from: { type: "string", default: "0" },
  minutes: { type: "string", default: `${FOREVER}` },
  singles: { type: "boolean", default: false },
  workers: { type: "string", default: `${availableParallelism()}` },
  case: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

interface Values {
  share?: string | undefined;
  every?: string | undefined;
  from: string;
  minutes: string;
  singles: boolean;
  workers: string;
}

function orderOf({ share, every, from, minutes, singles, workers }: Values, names: readonly string[]): Asked {
  if (share !== undefined && every !== undefined) return "--share and --every say the same: give one of them.";
  const [part, parts] = (share ?? `1/${every ?? 1}`).split("/").map(wholeNumber);
  if (!part || !parts || part > parts) return "--share takes two numbers such as 3/10, and --every one.";
  const threads = wholeNumber(workers);
  if (!threads) return "--workers takes a number, 1 at least.";
  const begin = wholeNumber(from);
  if (begin === undefined) return "--from takes a number.";
  const most = wholeNumber(minutes);
  if (!most) return "--minutes takes a number, 1 at least.";
  const matrices = names.length === 0 ? MATRICES : MATRICES.filter(({ name }) => names.includes(name));
  return {
    order: { matrices, part: part - 1, parts, from: begin, withPairs: !singles, workers: threads, minutes: most },
  };
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

const NO_CASE = "--case takes one case as JSON, as a failing test prints it.";

function printedCase(text: string): { case: Case } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const keys: readonly (keyof Case)[] = ["matrix", "scenario", "faults"];
    const isCase = typeof value === "object" && value !== null && keys.every((key) => key in value);
    return isCase ? { case: value as Case } : undefined;
  } catch {
    return undefined;
  }
}
