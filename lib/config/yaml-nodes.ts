import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from "yaml";
import type { ConfigPath } from "./mistakes.ts";

/** A plain value and where it came from. Children are shared where an alias repeats them. */
export interface PlacedValue {
  value: unknown;
  offset: number;
  /** Where the key of this value stands; absent for list items and for the whole file. */
  keyOffset?: number;
  /** How many values this one holds when every alias is written out. */
  size: number;
  children: ReadonlyMap<string | number, PlacedValue>;
}

/** What {@link placeOf} looks for. */
export interface ComplaintPlace {
  path: ConfigPath;
  at: "key" | "value";
}

/** Something wrong that the plain values no longer show. */
interface NodeProblem {
  path: ConfigPath;
  offset: number;
  message: string;
}

/** Stops the reading of a file that is built to be too much. */
export class TooMuch extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Aliases may repeat this many values; a bomb of a few lines stands for billions. */
const MOST_VALUES = 300_000;
const NO_CHILDREN: ReadonlyMap<string | number, PlacedValue> = new Map();

interface Reading {
  problems: NodeProblem[];
  /** What each anchor stands for; `open` while its own value is still being read. */
  anchors: Map<string, PlacedValue | "open">;
  repeated: number;
  whole: boolean;
}

/** What was read, and what is wrong with it. */
interface NodesRead {
  placed: PlacedValue;
  problems: readonly NodeProblem[];
  /** False when values are missing, so that judging them would only repeat the problems. */
  whole: boolean;
}

/** Turns nodes into plain values with their places. Mappings have no prototype, so that every key is only a key. */
export function readNodes(root: ParsedNode): NodesRead {
  const reading: Reading = { problems: [], anchors: new Map(), repeated: 0, whole: true };
  const placed = readNode(root, [], reading);
  return { placed, problems: reading.problems, whole: reading.whole };
}

/** The offset to point at: the deepest part of the path that exists; for what is missing, the key above it. */
export function placeOf(root: PlacedValue, { path, at }: ComplaintPlace): number {
  let found = root;
  for (const part of path) {
    const child = found.children.get(part);
    if (!child) return found.keyOffset ?? found.offset;
    found = child;
  }
  return at === "key" ? (found.keyOffset ?? found.offset) : found.offset;
}

function readNode(node: ParsedNode, path: ConfigPath, reading: Reading): PlacedValue {
  if (isAlias(node)) return readAlias(node.source, node.range[0], path, reading);
  const anchor = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor;
  if (anchor) reading.anchors.set(anchor, "open");
  const placed = readContent(node, path, reading);
  if (anchor) reading.anchors.set(anchor, placed);
  return placed;
}

function readContent(node: ParsedNode, path: ConfigPath, reading: Reading): PlacedValue {
  if (isMap(node)) return readMap(node, path, reading);
  if (isSeq(node)) return readList(node, path, reading);
  return { value: isScalar(node) ? node.value : null, offset: node.range[0], size: 1, children: NO_CHILDREN };
}

function readAlias(name: string, offset: number, path: ConfigPath, reading: Reading): PlacedValue {
  const target = reading.anchors.get(name);
  if (target === undefined || target === "open") {
    const message =
      target === "open"
        ? "this alias stands inside of what it repeats; write the value out"
        : "this alias repeats an anchor that does not stand before it; put the text in quotes if it begins with a star";
    reading.problems.push({ path, offset, message });
    reading.whole = false;
    return { value: null, offset, size: 1, children: NO_CHILDREN };
  }
  reading.repeated += target.size;
  if (reading.repeated > MOST_VALUES) {
    throw new TooMuch(`aliases up to here repeat more than ${MOST_VALUES} values; write out what is meant`, offset);
  }
  const { value, size, children } = target;
  return { value, offset, size, children };
}

function readMap(node: YAMLMap.Parsed, path: ConfigPath, reading: Reading): PlacedValue {
  const value: Record<string, unknown> = Object.create(null);
  const children = new Map<string, PlacedValue>();
  let size = 1;
  for (const { key, value: content } of node.items) {
    const name = isScalar(key) ? String(key.value ?? "") : "";
    const keyOffset = key.range[0];
    if (children.has(name)) {
      const message = "this key stands here already; keep one of the two";
      reading.problems.push({ path: [...path, name], offset: keyOffset, message });
      continue;
    }
    const child = content ? readNode(content, [...path, name], reading) : EMPTY;
    // An empty value has no place of its own to point at.
    const placed = { ...child, keyOffset, offset: child.value === null ? keyOffset : child.offset };
    children.set(name, placed);
    value[name] = placed.value;
    size += placed.size;
  }
  return { value, offset: node.range[0], size, children };
}

const EMPTY: PlacedValue = { value: null, offset: 0, size: 1, children: NO_CHILDREN };

function readList(node: YAMLSeq.Parsed, path: ConfigPath, reading: Reading): PlacedValue {
  const children = new Map<number, PlacedValue>();
  for (const [index, item] of node.items.entries()) {
    children.set(index, readNode(item, [...path, index], reading));
  }
  const placed = [...children.values()];
  const size = placed.reduce((sum, child) => sum + child.size, 1);
  return { value: placed.map((child) => child.value), offset: node.range[0], size, children };
}
