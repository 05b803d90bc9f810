import { once } from "node:events";

/** What a command needs to know about where it runs, and where it may write. */
export interface Terminal {
  /** Results: the only thing on standard output. */
  out(text: string): void;
  /** The same for a long result: the next piece is made when there is room for it. */
  write(pieces: Iterable<string>): Promise<void>;
  /** Everything else: progress, notes, errors. */
  err(text: string): void;
  /** True when a person watches: progress may be drawn. */
  readonly isWatched: boolean;
  /** Columns of the result. */
  readonly width: number;
  /** Whether the result may be coloured. */
  readonly color: boolean;
}

/** Without a terminal there is no width to read; a file or a mail shows this many columns. */
const DEFAULT_WIDTH = 100;

/** The process's own standard output and error. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    write: async (pieces) => {
      for (const piece of pieces) if (!stdout.write(piece)) await once(stdout, "drain");
    },
    err: (text) => void stderr.write(text),
    isWatched: stdout.isTTY === true && stderr.isTTY === true,
    width: stdout.isTTY ? stdout.columns : DEFAULT_WIDTH,
    color: stdout.isTTY === true && stdout.hasColors() && !process.env.NO_COLOR,
  };
}
