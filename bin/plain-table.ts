import Table from "cli-table3";

/** Columns without borders and colours, for a terminal and for grep alike. */
export function plainTable(rows: readonly (readonly string[])[]): string {
  const table = new Table({
    chars: Object.fromEntries(BORDERS.map((name) => [name, name === "middle" ? "  " : ""])),
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  table.push(...rows.map((cells) => [...cells]));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const BORDERS = [
  ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
  ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
];
