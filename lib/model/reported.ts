import * as z from "zod";

/** Stands for a value whose type is not the documented one. `unreadable` names what was found instead. */
export interface Unreadable {
  readonly unreadable: string;
}

/**
 * A value as Auth0 reported it: present, absent, or in a form nobody documented.
 * An unreadable value is neither clean nor wrong: a check over it is not evaluated.
 */
export type Reported<T> = T | undefined | Unreadable;

/** True for a value that came in a form nobody documented. */
export function isUnreadable(value: unknown): value is Unreadable {
  return typeof value === "object" && value !== null && "unreadable" in value;
}

/** What can be understood; the rest was not reported as far as anybody can use it. */
export const readable = <T>(value: Reported<T>): T | undefined =>
  isUnreadable(value) ? undefined : (value as T | undefined);

/**
 * A field that may be absent and must never make its whole object unusable.
 * `null` counts as absent; a value of another type becomes {@link Unreadable} and is not kept.
 */
export function reported<T>(schema: z.ZodType<T>) {
  return z
    .unknown()
    .transform((value): Reported<T> => {
      if (value === undefined || value === null) return undefined;
      const result = schema.safeParse(value);
      return result.success ? result.data : { unreadable: kindOf(value) };
    })
    .optional();
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value);
