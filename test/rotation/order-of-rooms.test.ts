import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..", "lib", "rotation");

/** Rooms, and the files that lie in none: each imports from those before it. */
const ORDER = [
  ...["ports.ts", "refusal.ts", "unfinished.ts", "minute-text.ts", "lease.ts", "ledger"],
  ...["parts.ts", "bounded-parts.ts", "work.ts", "mark.ts", "failures.ts"],
  ...["credentials", "judgements", "vault", "asking", "kinds", "steps", "aftercare"],
  ...["rotation-step.ts", "finish-forward.ts", "schedule", "by-hand", "news"],
  ...["auth0-tenant.ts", "noting-tenant.ts", "from-config.ts"],
];

/** `asking` of `asking/in-use.ts`, and `work.ts` of itself. */
const placeOf = (file: string): string => file.split("/")[0] ?? file;

it("the rooms of rotation import one way", () => {
  const files = globSync("**/*.ts", { cwd: ROOT });
  const against = files.flatMap((file) =>
    [...readFileSync(join(ROOT, file), "utf8").matchAll(/from "(\.[^"]+)"/g)]
      .map(([, target = ""]) => normalize(join(dirname(file), target)))
      .filter((target) => !target.startsWith("..") && placeOf(target) !== placeOf(file))
      .filter((target) => ORDER.indexOf(placeOf(target)) > ORDER.indexOf(placeOf(file)))
      .map((target) => `${file} imports ${target}`),
  );

  expect(against).toEqual([]);
  expect([...new Set(files.map(placeOf))].toSorted()).toEqual(ORDER.toSorted());
});
