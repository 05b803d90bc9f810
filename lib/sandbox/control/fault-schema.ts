import * as z from "zod";
import type { FaultRule } from "../faults/fault.ts";
import { FEATURE_REFUSALS } from "../plan.ts";

const status = z.int().min(200).max(599);
const when = z.enum(["before", "after"]).exactOptional();
const positive = z.number().min(0);

const effect = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("latency"), milliseconds: positive }),
  z.strictObject({
    kind: z.literal("throttle"),
    headers: z.boolean().exactOptional(),
    retryAfter: positive.exactOptional(),
    resetIn: positive.exactOptional(),
    limit: z.enum(["global", "endpoint"]).exactOptional(),
  }),
  z.strictObject({ kind: z.literal("server-error"), status: z.int().min(500).max(599).exactOptional(), when }),
  z.strictObject({ kind: z.literal("drop"), when }),
  z.strictObject({ kind: z.literal("hang"), when }),
  z.strictObject({ kind: z.literal("malformed-json") }),
  z.strictObject({ kind: z.literal("wrong-content-type"), contentType: z.string().exactOptional() }),
  z.strictObject({
    kind: z.literal("redirect"),
    location: z.string(),
    status: z.int().min(300).max(399).exactOptional(),
  }),
  z.strictObject({ kind: z.literal("huge-body"), megabytes: z.int().min(1).max(4_096) }),
  z.strictObject({ kind: z.literal("short-page"), missing: z.int().min(1) }),
  z.strictObject({ kind: z.literal("total"), total: z.int().min(0) }),
  z.strictObject({ kind: z.literal("missing-scope"), scope: z.string() }),
  z.strictObject({ kind: z.literal("missing-feature"), as: z.enum(FEATURE_REFUSALS).exactOptional() }),
  z.strictObject({
    kind: z.literal("answer"),
    status,
    body: z.json().exactOptional(),
    headers: z.record(z.string(), z.string()).exactOptional(),
  }),
]);

/** A fault rule as the control endpoint takes it: all of them, save patterns and functions, which JSON cannot say. */
export const faultRuleSchema: z.ZodType<FaultRule> = z.strictObject({
  match: z
    .strictObject({
      method: z.string().exactOptional(),
      path: z.string().exactOptional(),
      query: z.record(z.string(), z.string()).exactOptional(),
    })
    .exactOptional(),
  times: z.int().min(1).exactOptional(),
  skip: z.int().min(0).exactOptional(),
  effect,
});

/** What `PUT /clock` takes: the time (ISO 8601 or milliseconds since 1970), or how many milliseconds to go forward. */
export const clockSchema = z.union([
  z.strictObject({ set: z.union([z.number(), z.iso.datetime({ offset: true }).transform(Date.parse)]) }),
  z.strictObject({ advance: positive }),
]);

/** The body of `POST /audits`: all tenants, or those that are named. */
export const auditSchema = z.strictObject({ tenants: z.array(z.string()).optional() });
