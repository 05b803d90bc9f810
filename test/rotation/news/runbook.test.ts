import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { REFUSALS } from "../../../lib/rotation/refusal.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const RUNBOOK = readFileSync(join(ROOT, "docs", "runbook.md"), "utf8");

/** As GitHub makes them of headings. */
const anchors = [...RUNBOOK.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-"),
);

it("the runbook has a section for each that the code and the runbook itself name", () => {
  const sources = ["lib/**/*.ts", "bin/**/*.ts", "lambdas/**/*.ts"].flatMap((pattern) =>
    globSync(pattern, { cwd: ROOT }),
  );
  const named = [...sources.map((file) => readFileSync(join(ROOT, file), "utf8")), RUNBOOK].flatMap((text) =>
    [...text.matchAll(/(?:docs\/runbook\.md|\]\()#([a-z0-9-]+)/g)].map(([, anchor]) => anchor),
  );

  expect(named).toContain("rotation-held");
  expect(named.filter((anchor) => !anchors.includes(anchor ?? ""))).toEqual([]);
});

it("the runbook has a paragraph for each refusal, and for nothing that is none", () => {
  const [, section = ""] = /^### Rotation refused$([\s\S]+?)^### /m.exec(RUNBOOK) ?? [];
  const paragraphs = [...section.matchAll(/^\*\*`([a-z0-9-]+)`\.\*\* .{40,}/gm)].map(([, refusal]) => refusal);

  expect(paragraphs.toSorted()).toEqual([...REFUSALS].toSorted());
});
