/** Of one list of one step: the row of an incident holds 400 KB, and in five of its lists there may be thousands. */
const MOST = 60_000;

/** How the line begins that stands for those which there is no room for. */
export const AND_MORE = "and more than there is room for here:";

/** As many lines as there is room for, the first ones; the last line counts the others. Never empty where there are any. */
export function boundedLines(lines: readonly string[]): readonly string[] {
  let room = MOST;
  const count = lines.findIndex((line) => {
    room -= Buffer.byteLength(line) + 3;
    return room < 0;
  });
  if (count === -1) return lines;
  return [...lines.slice(0, count), `${AND_MORE} ${(lines.length - count).toLocaleString("en")} others`];
}
