import { Composer, type CST, type Document, isScalar, LineCounter, Parser, type YAMLError, YAMLParseError } from "yaml";
import { byPosition, type Complaint, formatPath, type Mistake } from "./mistakes.ts";
import { syntaxSentence } from "./yaml-errors.ts";
import { type ComplaintPlace, type PlacedValue, placeOf, readNodes, TooMuch } from "./yaml-nodes.ts";

/** A thousand tenants with ten credentials each take two million characters; a million takes seconds to parse. */
const LONGEST_FILE = 3_000_000;

/** Where this many stray characters stand outside of any value, the rest is no different and would only take memory. */
const MOST_STRAY = 100;

/** A file that could be read as YAML: its plain value, and where everything stands. */
interface YamlSource {
  value: unknown;
  /** Mistakes that the values do not show: duplicate keys and the like. */
  mistakes: readonly Mistake[];
  /** Works out where in the file a complaint belongs. */
  locate(complaint: Complaint): Mistake;
}

/** A file of which no value can be made out. */
export interface Unreadable {
  locate?: never;
  mistakes: readonly Mistake[];
}

/** Reads YAML 1.2 (core schema). Gives up with mistakes only where no value can be made out. */
export function readYaml(text: string): YamlSource | Unreadable {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (source.length > LONGEST_FILE) {
    return only(`this file is longer than ${LONGEST_FILE / 1e6} million characters, which no configuration needs`);
  }
  const lines = new LineCounter();
  const document = parseOnce(source, lines);
  const position = (offset: number) => positionIn(lines, source, offset);
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) return { mistakes: syntaxMistakes(problems, position) };
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null))
    return only("this file is empty; curfew init writes one to begin with");
  try {
    const { placed, problems, whole } = readNodes(root);
    const mistakes = problems.map(({ path, offset, message }) => ({
      ...position(offset),
      path: formatPath(path),
      message,
    }));
    if (!whole) return { mistakes };
    return { value: placed.value, mistakes, locate: (complaint) => toMistake(placed, complaint, position) };
  } catch (error) {
    if (error instanceof TooMuch)
      return { mistakes: [{ ...position(error.offset), path: "", message: error.message }] };
    throw error;
  }
}

/** What the library's own parseDocument does, with a limit on how much nonsense is worth reading. */
function parseOnce(source: string, lines: LineCounter): Document.Parsed {
  const composer = new Composer({
    lineCounter: lines,
    prettyErrors: false,
    // Looked for while reading the nodes: the parser's own search takes quadratic time.
    uniqueKeys: false,
    stringKeys: true,
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    logLevel: "error",
  });
  const tokens = sensible(new Parser(lines.addNewLine).parse(source));
  const [document, second] = composer.compose(tokens, true, source.length).take(2);
  if (!document) throw new Error("the parser gives a document also for an empty text");
  if (second) document.errors.push(new YAMLParseError([second.range[0], second.range[1]], "MULTIPLE_DOCS", ""));
  return document as Document.Parsed;
}

function* sensible(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  let stray = 0;
  for (const token of tokens) {
    if (token.type === "error" && ++stray > MOST_STRAY) return;
    yield token;
  }
}

type Position = Pick<Mistake, "line" | "column">;

const only = (message: string): Unreadable => ({ mistakes: [{ line: 1, column: 1, path: "", message }] });

/** The position of a character, never behind the end of the text. */
function positionIn(lines: LineCounter, source: string, offset: number): Position {
  const { line, col } = lines.linePos(Math.max(0, Math.min(offset, source.length - 1)));
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** One mistake a line: what follows the first is mostly its echo. */
function syntaxMistakes(problems: readonly YAMLError[], position: (offset: number) => Position): Mistake[] {
  const exhausted = problems.find(({ code }) => code === "RESOURCE_EXHAUSTION");
  const told = exhausted ? [exhausted] : problems;
  const byLine = new Map<number, Mistake>();
  for (const { code, pos } of told) {
    const mistake = { ...position(pos[0]), path: "", message: syntaxSentence(code) };
    if (!byLine.has(mistake.line)) byLine.set(mistake.line, mistake);
  }
  return [...byLine.values()].sort(byPosition);
}

function toMistake(root: PlacedValue, complaint: Complaint, position: (offset: number) => Position): Mistake {
  const place: ComplaintPlace = { path: complaint.path, at: complaint.at ?? "value" };
  return { ...position(placeOf(root, place)), path: formatPath(complaint.path), message: complaint.message };
}
