import { BASE_STYLE } from "./base-style.ts";
import { COLOR_STYLE } from "./color-style.ts";
import { FINDINGS_STYLE } from "./findings-style.ts";
import { NARROW_STYLE } from "./narrow-style.ts";
import { PART_STYLE } from "./part-style.ts";
import { PRINT_STYLE } from "./print-style.ts";

/** The page's style sheet. Later parts overrule earlier ones. */
export const PAGE_STYLE = [COLOR_STYLE, BASE_STYLE, PART_STYLE, FINDINGS_STYLE, NARROW_STYLE, PRINT_STYLE].join("");
