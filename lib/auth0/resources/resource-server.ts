import * as z from "zod";
import { reported } from "../../model/reported.ts";

const policy = reported(z.object({ policy: reported(z.string()) }));

/** The slice of an API that checks read. Source: `GET /api/v2/resource-servers`. Lifetimes are in seconds. */
export const resourceServer = z.object({
  id: z.string().min(1),
  name: reported(z.string()),
  identifier: reported(z.string()),
  is_system: reported(z.boolean()),
  token_lifetime: reported(z.number().nonnegative()),
  token_lifetime_for_web: reported(z.number().nonnegative()),
  allow_offline_access: reported(z.boolean()),
  signing_alg: reported(z.string()),
  subject_type_authorization: reported(z.object({ user: policy, client: policy })),
});

export type ResourceServer = z.infer<typeof resourceServer>;
