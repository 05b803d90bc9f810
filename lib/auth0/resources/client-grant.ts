import * as z from "zod";
import { reported } from "../../model/reported.ts";

/**
 * What an application may do at an API. Source: `GET /api/v2/client-grants`.
 * `client_id` is absent on grants with `default_for`; with `allow_all_scopes` the scope list says nothing.
 */
export const clientGrant = z.object({
  id: z.string().min(1),
  client_id: reported(z.string()),
  audience: reported(z.string()),
  scope: reported(z.array(z.string())),
  subject_type: reported(z.string()),
  default_for: reported(z.string()),
  allow_all_scopes: reported(z.boolean()),
  allow_any_organization: reported(z.boolean()),
  organization_usage: reported(z.string()),
  is_system: reported(z.boolean()),
});

export type ClientGrant = z.infer<typeof clientGrant>;
