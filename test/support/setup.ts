import fc from "fast-check";

// Properties look for something new on every run of a person. A pipeline must say the same of the same commit, so
// there they take the same seed each time; CURFEW_SEED sets another.
const seed = process.env.CURFEW_SEED ?? (process.env.CI ? "20261123" : undefined);
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
