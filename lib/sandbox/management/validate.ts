import type * as z from "zod";
import type { SandboxResponse } from "../http/message.ts";
import { invalidBody } from "./api-error.ts";

/** A body that passed, or the 400 that says what is wrong with it. */
export type Validated<Value> = { value: Value; refusal?: undefined } | { value?: undefined; refusal: SandboxResponse };

/** Checks a request body. Auth0 refuses unknown properties, so most schemas are strict. */
export function validate<Value>(schema: z.ZodType<Value>, body: unknown): Validated<Value> {
  const result = schema.safeParse(body);
  if (result.success) return { value: result.data };
  const problems = result.error.issues.map(({ path, message }) => `${message} (on ${path.join(".") || "the body"})`);
  return { refusal: invalidBody(problems.join("; ")) };
}
