import type { LogEvent } from "./log-event.ts";

/** A log query that was understood: whether an event fits it. */
export type LogQuery = (event: LogEvent) => boolean;

/** One part of a query: `type:sapi`, `client_id:"abc"`, `NOT type:(seccft OR feccft)`, `date:[a TO b]`. */
const TERM = /^\s*(NOT\s+|-)?([a-z_]+):(?:"([^"]*)"|\(([^)]*)\)|\[([^\]]*)\]|([^\s()]+))\s*/;

/** Fields that can be searched. Auth0 docs: nothing inside `details` can. */
const SEARCHABLE = new Set([
  "type",
  "description",
  "client_id",
  "client_name",
  "ip",
  "hostname",
  "user_id",
  "user_name",
  "user_agent",
  "date",
  "log_id",
]);

/**
 * Understands the part of Lucene that people use on tenant logs: terms of searchable fields joined by AND,
 * with quotes, lists of alternatives, ranges of dates, a `*` at the end, and NOT. Case matters.
 *
 * @returns undefined when the query is something else
 */
export function parseLogQuery(text: string): LogQuery | undefined {
  const terms: LogQuery[] = [];
  let rest = text;
  while (rest.trim() !== "") {
    const match = TERM.exec(rest);
    if (!match) return undefined;
    const [whole, negation, field = "", quoted, list, range, bare] = match;
    if (!SEARCHABLE.has(field)) return undefined;
    const fits = valueTest({ quoted, list, range, bare });
    if (!fits) return undefined;
    terms.push((event) => fits(String(event[field as keyof LogEvent] ?? "")) === (negation === undefined));
    rest = rest.slice(whole.length).replace(/^AND\s+/, "");
  }
  return (event) => terms.every((term) => term(event));
}

interface TermValue {
  quoted: string | undefined;
  list: string | undefined;
  range: string | undefined;
  bare: string | undefined;
}

function valueTest({ quoted, list, range, bare }: TermValue): ((value: string) => boolean) | undefined {
  if (quoted !== undefined) return (value) => value === quoted;
  if (list !== undefined) {
    const wanted = list.split(/\s+OR\s+/).map((item) => item.trim().replace(/^"|"$/g, ""));
    return (value) => wanted.includes(value);
  }
  if (range !== undefined) return rangeTest(range);
  if (bare?.endsWith("*")) return (value) => value.startsWith(bare.slice(0, -1));
  return (value) => value === bare;
}

/** `[2026-01-01 TO *]`: ISO dates compare as texts. */
function rangeTest(range: string): ((value: string) => boolean) | undefined {
  const [from, to, more] = range.split(/\s+TO\s+/);
  if (from === undefined || to === undefined || more !== undefined) return undefined;
  return (value) => (from === "*" || value >= from) && (to === "*" || value <= to);
}
