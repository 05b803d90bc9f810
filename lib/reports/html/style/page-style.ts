import { BASE_STYLE } from "../../../html/style/base-style.ts";
import { COLOR_STYLE } from "../../../html/style/color-style.ts";
import { NARROW_STYLE } from "../../../html/style/narrow-style.ts";
import { PART_STYLE } from "../../../html/style/part-style.ts";
import { PRINT_STYLE } from "../../../html/style/print-style.ts";
import { FINDINGS_STYLE } from "./findings-style.ts";

/** The page's style sheet. Later parts overrule earlier ones. */
export const PAGE_STYLE = [COLOR_STYLE, BASE_STYLE, PART_STYLE, FINDINGS_STYLE, NARROW_STYLE, PRINT_STYLE].join("");
