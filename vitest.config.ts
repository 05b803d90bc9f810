import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/setup.ts"],
    // Every test must be able to fail: one without an assertion cannot.
    expect: { requireAssertions: true },
    testTimeout: 30_000,
  },
});
