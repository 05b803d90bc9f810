import { expect, test } from "vitest";
import type { IncidentBundle } from "../../../lib/revocation/evidence/bundle.ts";
import { lessonsOf } from "../../../lib/revocation/evidence/lessons.ts";
import { closed } from "./closed.ts";

test.each<[string, string, boolean]>([
  ["nobody saw it before", "what it was before is not on record", true],
  ["nobody saw it for days", "no audit saw it for more than four days", true],
  ["somebody chooses it", "whoever gets a token there chooses how long it lives", false],
  ["nobody can understand it", "its settings cannot be understood", false],
  ["the incident itself could not read it", "what it was in the end is not known", false],
])("advises to audit every day of a lifetime, where %s, only if that helps", async (_, assumed, helps) => {
  const bundle = JSON.parse((await closed()).json) as IncidentBundle;
  const apis = [{ audience: "https://api.example", until: bundle.generatedAt, lifetime: 2_592_000, assumed }];
  const window = bundle.window && { ...bundle.window, apis };
  // Where the first look could not read it, a later one may have.
  const lessons = lessonsOf({ ...bundle, preserved: {}, window }, { egress: [] });

  expect(lessons.join().includes("audit the tenant every day")).toBe(helps);
});
