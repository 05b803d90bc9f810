import { runSecondLeak } from "../../revocation/world/second-leak.ts";
import type { Matrix } from "../matrix.ts";

/** Access was given back, and what replaced the leak leaks as well. */
export const SECOND_LEAK: Matrix = {
  name: "second-leak",
  scenarios: ["after access was given back"],
  outages: ["table.*", "tenant.*"],
  run: runSecondLeak,
};
