import type { ConformanceCase } from "../conformance-case.ts";
import { rotationCases } from "./rotation-cases.ts";
import { secretCases } from "./secret-cases.ts";
import { valueCases } from "./value-cases.ts";
import { versionCases } from "./version-cases.ts";

/** Everything that the fake and the service must agree about, written from the SDK's documentation. */
export const secretsManagerCases: readonly ConformanceCase[] = [
  ...valueCases,
  ...versionCases,
  ...secretCases,
  ...rotationCases,
];
