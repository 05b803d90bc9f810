import { createHash } from "node:crypto";
import { Html } from "./markup.ts";

/** Data for the page's script. Nothing in it can end the block, and it reads back as the same value. */
export function dataBlock(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return new Html(`<script type="application/json" id="${id}">${json}</script>`);
}

/** A script of Curfew's own. */
export const scriptBlock = (code: string): Html => new Html(`<script>${requireInline(code, "script")}</script>`);

/** A style sheet of Curfew's own. */
export const styleBlock = (sheet: string): Html => new Html(`<style>${requireInline(sheet, "style")}</style>`);

/**
 * The page's policy: nothing is loaded, and only these very blocks apply or run; without `code` nothing runs. The one image is the icon, a data
 * URL: without it a browser asks the page's server for one. No block may write markup (trusted types).
 */
export function contentSecurityPolicy({ sheet, code }: { sheet: string; code?: string }): string {
  return [
    "default-src 'none'",
    `style-src '${hash(sheet)}'`,
    ...(code === undefined ? [] : [`script-src '${hash(code)}'`]),
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

const hash = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;

function requireInline(text: string, element: string): string {
  if (text.includes(`</${element}`) || text.includes("<!--")) throw new Error(`This text would end its ${element}.`);
  return text;
}
