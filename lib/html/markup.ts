import { shorten, visibleText } from "./visible-text.ts";

/** Markup that is safe to put into a page. Made by {@link html}, and for whole blocks in inline-blocks.ts. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a hole of a template; false, null and undefined leave nothing. */
export type Value = Html | string | number | false | null | undefined | readonly Value[];

/**
 * Writes markup. Whatever is put into a hole is text, unless it is markup from another template:
 * it is escaped for element content and for quoted attributes alike, and invisible characters are made visible.
 *
 * @throws Error when a hole is an unquoted attribute, where no escaping helps
 * @example html`<p title="${name}">${name}</p>`
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  requireQuotes(parts);
  return new Html(String.raw({ raw: parts }, ...values.map(markupOf)));
}

function markupOf(value: Value): string {
  if (value instanceof Html) return value.markup;
  if (value === false || value === null || value === undefined) return "";
  if (typeof value === "object") return value.map(markupOf).join("");
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

const escapeText = (text: string): string =>
  visibleText(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? "");

/** Templates are few and used often: each is looked at once. */
const quoted = new WeakSet<TemplateStringsArray>();

function requireQuotes(parts: TemplateStringsArray): void {
  if (quoted.has(parts)) return;
  if (parts.slice(0, -1).some((part) => /=\s*$/.test(part))) throw new Error("An attribute's value needs quotes.");
  quoted.add(parts);
}

/** Text that a stranger chose: cut to a readable length, and kept from turning its neighbours around. */
export const foreign = (text: string): Html => html`<bdi>${shorten(text)}</bdi>`;

/** The same, whole however long: what is a proof must not be cut. */
export const foreignWhole = (text: string): Html => html`<bdi>${text}</bdi>`;
