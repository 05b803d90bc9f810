/** About as much as is written at once. Characters. */
const PIECE = 65_536;

/**
 * What `JSON.stringify(value, null, indent)` gives, in pieces: a report of a large run is longer than one text can be,
 * and need not be in memory. Lists may be any iterable, whose items are then made while they are written.
 *
 * @param depth how many levels of objects and lists are opened; what lies deeper is made into text at once
 * @example [...jsonPieces({ findings: makeFindings() }, { indent: 0, depth: 2 })].join("")
 */
export function* jsonPieces(value: unknown, { indent, depth }: JsonLayout): Generator<string> {
  let text = "";
  for (const part of parts(value, { indent, depth }, "\n")) {
    text += part;
    if (text.length < PIECE) continue;
    yield text;
    text = "";
  }
  if (text !== "") yield text;
}

interface JsonLayout {
  /** Spaces a level; 0 for no line breaks at all. */
  indent: number;
  depth: number;
}

/** @param lineBreak a line break and the indentation of the line that `value` stands in */
function* parts(value: unknown, { indent, depth }: JsonLayout, lineBreak: string): Generator<string> {
  if (depth === 0 || typeof value !== "object" || value === null) {
    // No string of JSON holds a line break of its own.
    yield JSON.stringify(value, null, indent).replaceAll("\n", lineBreak);
    return;
  }
  const isList = Symbol.iterator in value;
  const inner = `${lineBreak}${" ".repeat(indent)}`;
  const [before, after] = indent === 0 ? ["", ""] : [inner, lineBreak];
  let isEmpty = true;
  yield isList ? "[" : "{";
  for (const [key, item] of isList ? unnamed(value as Iterable<unknown>) : named(value)) {
    yield `${isEmpty ? "" : ","}${before}${key}${key !== "" && indent > 0 ? " " : ""}`;
    isEmpty = false;
    yield* parts(item, { indent, depth: depth - 1 }, inner);
  }
  yield `${isEmpty ? "" : after}${isList ? "]" : "}"}`;
}

function* unnamed(list: Iterable<unknown>): Generator<[key: string, item: unknown]> {
  for (const item of list) yield ["", item ?? null];
}

function* named(object: object): Generator<[key: string, item: unknown]> {
  for (const [key, item] of Object.entries(object)) if (item !== undefined) yield [`${JSON.stringify(key)}:`, item];
}
