/** What a test run draws with: `CURFEW_SEED` repeats one, and where `CI` is set it is always the same. */
export const SEED = Number(process.env.CURFEW_SEED ?? (process.env.CI ? "20261123" : Date.now() % 1_000_000_000));
