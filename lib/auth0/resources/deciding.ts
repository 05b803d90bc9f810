import type * as z from "zod";

/**
 * A field that decides whether something may be changed. Absent and null are told apart from a value, and what came
 * in a form nobody documented makes the whole answer unusable: nothing is changed on a guess.
 */
export const deciding = <T>(schema: z.ZodType<T>) =>
  schema
    .nullish()
    .transform((value): T | undefined => value ?? undefined)
    .optional();
