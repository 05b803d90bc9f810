import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import type { LeakedOptions } from "../../revocation/rotate/leaked-world.ts";
import { runReplacement } from "../../revocation/rotate/replace-case.ts";
import type { Matrix } from "../matrix.ts";
import { scenarioOf } from "./scenario-of.ts";

/** Both kinds, of an application that somebody manages and of one that nobody does. */
const SCENARIOS: Readonly<Record<string, LeakedOptions>> = Object.fromEntries(
  CREDENTIAL_KINDS.flatMap((kind) =>
    [false, true].map((isUnmanaged) => [
      `${kind}, ${isUnmanaged ? "un" : ""}managed`,
      { kind, isUnmanaged, propagation: kind === "client-secret" ? "flapping" : "at once" },
    ]),
  ),
);

/** What leaked is replaced, and proven dead. */
export const REPLACEMENT: Matrix = {
  name: "replacement",
  scenarios: Object.keys(SCENARIOS),
  outages: ["table.*", "tenant.*", "vault.*"],
  async run(one) {
    const { scenario, matrix: _, ...struck } = one;
    const result = await runReplacement({ ...scenarioOf(SCENARIOS, one), ...struck });
    return { ...result, strikable: result.calls.length };
  },
};
