import * as z from "zod";
import { reported } from "../../model/reported.ts";

/** A network access control list of the tenant. Source: `GET /api/v2/network-acls`. */
export const networkAcl = z.object({
  id: z.string().min(1),
  description: reported(z.string()),
  active: reported(z.boolean()),
  priority: reported(z.number()),
  rule: reported(
    z.object({
      scope: reported(z.string()),
      action: reported(z.record(z.string(), z.unknown())),
      match: reported(z.record(z.string(), z.unknown())),
      not_match: reported(z.record(z.string(), z.unknown())),
    }),
  ),
});

export type NetworkAcl = z.infer<typeof networkAcl>;
