import type * as z from "zod";
import { ServiceError } from "./service-error.ts";
import type { Vault } from "./vault.ts";

/** One operation of the API: checks its input and answers with a JSON object. */
export type Operation = (vault: Vault, input: unknown) => object;

/** Makes an operation out of its input's shape and what it does. */
export function defineOperation<Shape extends z.ZodType>(
  shape: Shape,
  run: (vault: Vault, input: z.output<Shape>) => object,
): Operation {
  return (vault, input) => {
    const parsed = shape.safeParse(input);
    if (!parsed.success) throw validationError(parsed.error);
    return run(vault, parsed.data);
  };
}

/** Names the fields, never their values: a value may be the secret. */
function validationError({ issues }: z.ZodError): ServiceError {
  const fields = issues.map(({ path, code }) => `Value at '${path.join(".")}' failed to satisfy constraint: ${code}`);
  const count = `${issues.length} validation error${issues.length === 1 ? "" : "s"} detected`;
  return new ServiceError("ValidationException", `${count}: ${fields.join("; ")}`);
}
