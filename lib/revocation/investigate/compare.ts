import { isDeepStrictEqual } from "node:util";
import { type Inventory, SECTION_NAMES, type SectionName } from "../../inventory/inventory.ts";
import { withinBytes } from "./within-bytes.ts";

/** Something that is not as it was in the last inventory from before. */
export interface TenantChange {
  section: SectionName;
  what: "new" | "gone" | "changed";
  id: string;
  /** The application that it belongs to, or is. */
  clientId: string | null;
  name: string | null;
  /** Which fields changed, by name; empty unless `changed`. */
  fields: readonly string[];
}

/** A section of which nobody can say what changed. */
export interface NotCompared {
  section: SectionName;
  /** In words that go into a sentence. */
  why: string;
}

/** What is different, section by section. */
export interface Comparison {
  changes: readonly TenantChange[];
  /** How many further changes there are in sections with too many. */
  others: number;
  notCompared: readonly NotCompared[];
}

/** What only the log tells of. */
export const IN_NO_INVENTORY = "users, roles, connections, organizations and log streams";

/** Of each section, and of all: a row holds 400 KB, and what is exposed stands beside it. */
const MOST_CHANGES = 200;
const MOST_IN_ALL = 800;
const MOST_BYTES = 160_000;

/**
 * What is different between two inventories of a tenant. A section that one of them does not have whole is not compared,
 * and said so: that nothing new was seen there would mean nothing.
 */
export function compareInventories(before: Inventory, after: Inventory): Comparison {
  const sections = SECTION_NAMES.map((section) => compareSection(section, before, after));
  const most = sections.flatMap((section) => section.changes.slice(0, MOST_CHANGES)).slice(0, MOST_IN_ALL);
  const changes = withinBytes(most, MOST_BYTES);
  return {
    changes,
    others: sections.reduce((sum, section) => sum + section.changes.length, 0) - changes.length,
    notCompared: sections.flatMap(({ notCompared }) => notCompared),
  };
}

interface Compared {
  changes: TenantChange[];
  notCompared: NotCompared[];
}

type Item = Readonly<Record<string, unknown>>;

function compareSection(section: SectionName, before: Inventory, after: Inventory): Compared {
  const [old, now] = [itemsOf(before, section), itemsOf(after, section)];
  if (typeof old === "string") return { changes: [], notCompared: [{ section, why: `before, ${old}` }] };
  if (typeof now === "string") return { changes: [], notCompared: [{ section, why: `now, ${now}` }] };
  const isNew = [...now].filter(([id]) => !old.has(id));
  const gone = [...old].filter(([id]) => !now.has(id));
  const changed = [...now].flatMap(([id, item]) => {
    const known = old.get(id);
    const fields = known ? changedFields(known, item) : [];
    return fields.length > 0 ? [change(section, "changed", id, item, fields)] : [];
  });
  return {
    changes: [
      ...isNew.map(([id, item]) => change(section, "new", id, item)),
      ...changed,
      ...gone.map(([id, item]) => change(section, "gone", id, item)),
    ],
    notCompared: [],
  };
}

/** Items by what identifies them; or why there are none. */
function itemsOf(inventory: Inventory, section: SectionName): Map<string, Item> | string {
  const read = inventory[section];
  if (!read) return "nobody asked for it";
  if (read.status !== "complete") return `it could not be read (${read.reason})`;
  const data: readonly object[] = Array.isArray(read.data) ? read.data : [read.data];
  return new Map(data.map((item) => [idOf(item as Item), item as Item]));
}

/** A registered key is one of an application's, so its application tells it apart, too. */
function idOf({ client_id: client, id, kid, template }: Item): string {
  const own = id ?? kid ?? template;
  if (typeof own !== "string") return typeof client === "string" ? client : "tenant";
  return own;
}

const changedFields = (before: Item, after: Item): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !isDeepStrictEqual(json(before[field]), json(after[field])))
    .sort();

/** Evidence was JSON: a field that was not reported is not there. The order of scopes means nothing. */
const json = (value: unknown): unknown => {
  if (value === undefined) return undefined;
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return Array.isArray(plain) && plain.every((item) => typeof item === "string") ? [...plain].sort() : plain;
};

function change(
  section: SectionName,
  what: TenantChange["what"],
  id: string,
  item: Item,
  fields: readonly string[] = [],
): TenantChange {
  const { client_id: clientId, name, identifier, description } = item;
  const called = [name, identifier, description].find((text) => typeof text === "string");
  return {
    section,
    what,
    id,
    clientId: typeof clientId === "string" ? clientId : null,
    name: typeof called === "string" ? called.slice(0, 200) : null,
    fields,
  };
}
