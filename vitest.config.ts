import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, begun first: one that began last would keep one processor busy and the other idle. */
const LONGEST = [
  "test/stack/stack.test.ts",
  "test/stack/rotation.test.ts",
  "test/audit/fault-matrix.test.ts",
  "test/rotation/crash-matrix.test.ts",
  "test/bin/rotate.test.ts",
  "test/bin/demo.test.ts",
  "test/rotation/consumers-under-load.test.ts",
  "test/checks/new-check.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => LONGEST.findIndex((file) => moduleId.endsWith(file));
    const isLong = (file: TestSpecification): boolean => rank(file) >= 0;
    const others = await super.sort(files.filter((file) => !isLong(file)));
    return [...files.filter(isLong).sort((a, b) => rank(a) - rank(b)), ...others];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/setup.ts"],
    // Every test must be able to fail: one without an assertion cannot.
    expect: { requireAssertions: true },
    testTimeout: 30_000,
    // Some of the longest files wait for clocks and other processes more than they compute: with a process more than
    // there are processors none of these is idle meanwhile.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
  },
});
