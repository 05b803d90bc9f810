import { CSV_SCRIPT } from "./csv-script.ts";
import { DETAILS_SCRIPT } from "./details-script.ts";
import { FILTER_SCRIPT } from "./filter-script.ts";

/**
 * The page's script, in the browser's own language and with no library. It writes no markup (the page's policy
 * forbids it): it hides and shows what is there, and makes the CSV file.
 */
export const PAGE_SCRIPT = `"use strict";
(() => {
const $ = (id) => document.getElementById(id);
${DETAILS_SCRIPT}
if (!$("filter")) return;
const data = JSON.parse($("data").textContent);
${FILTER_SCRIPT}
${CSV_SCRIPT}
})();
`;
