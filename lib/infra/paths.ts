import { join } from "node:path";

/** The project's folder: where lambdas/ and the lock file are. */
export const PROJECT_ROOT = join(import.meta.dirname, "..", "..");
