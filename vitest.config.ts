import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, begun first: one that began last would keep one processor busy and the other idle. */
const LONGEST = [
  "test/stack/revocation.test.ts",
  "test/stack/stack.test.ts",
  "test/stack/rotation.test.ts",
  "test/audit/fault-matrix.test.ts",
  "test/rotation/crash-matrix.test.ts",
  "test/bin/rotate.test.ts",
  "test/bin/demo.test.ts",
  "test/rotation/consumers-under-load.test.ts",
  "test/checks/new-check.test.ts",
  "test/revocation/containment-matrix.test.ts",
  "test/revocation/answers-matrix.test.ts",
  "test/revocation/rotate/rotation-matrix.test.ts",
  "test/reports/html/page.test.ts",
];

/**
 * Rooms whose tests leave their process as they found it, its environment and its globals. So their files share the
 * processes, one file after the other, and what they import is loaded once for all: a third of a second for each file.
 */
const SHARING = [
  "test/{alerts,audit,auth0,checks,config,findings,history,inventory,matrix,reports,revocation,rotation,runs}/**/*.test.ts",
  "test/bin/{*,incident/*}.test.ts",
  "test/{aws,conformance,examples,sandbox,store}/**/*.test.ts",
  "test/infra/{alarms,audit-machine,incident-history,incident-machine,policies,stack}.test.ts", // of CDK, which takes a second to load
];
const ALL = "test/**/*.test.ts";

/** A process passes on to the next file only within a project, so each project's files stand together. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => LONGEST.findIndex((file) => moduleId.endsWith(file));
    const isLong = (file: TestSpecification): boolean => rank(file) >= 0;
    const others = await super.sort(files.filter((file) => !isLong(file)));
    const isSharing = ({ project }: TestSpecification): boolean => !project.config.isolate;
    return [
      ...files.filter(isLong).sort((a, b) => rank(a) - rank(b)),
      ...others.filter((file) => !isSharing(file)),
      ...others.filter(isSharing),
    ];
  }
}

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: "alone", include: [ALL], exclude: SHARING, globalSetup: "test/support/share-bundles.ts" },
      },
      { extends: true, test: { name: "sharing", include: SHARING, isolate: false } },
    ],
    setupFiles: ["test/support/setup.ts"],
    // Every test must be able to fail: one without an assertion cannot.
    expect: { requireAssertions: true },
    testTimeout: 30_000,
    hookTimeout: 60_000, // a browser or a tenant that starts on a busy machine
    // Some of the longest files wait for clocks and other processes more than they compute: with a process more than
    // there are processors none of these is idle meanwhile.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
  },
});
