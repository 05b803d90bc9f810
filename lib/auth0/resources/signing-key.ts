import * as z from "zod";
import { reported } from "../../model/reported.ts";

/**
 * A key with which the tenant signs tokens. Source: `GET /api/v2/keys/signing`.
 * Auth0 documents the types of this answer loosely, so dates are kept as they came.
 */
export const signingKey = z.object({
  kid: z.string().min(1),
  current: reported(z.boolean()),
  next: reported(z.boolean()),
  previous: reported(z.boolean()),
  revoked: reported(z.boolean()),
  current_since: reported(z.union([z.string(), z.number()])),
  current_until: reported(z.union([z.string(), z.number()])),
});

export type SigningKey = z.infer<typeof signingKey>;
