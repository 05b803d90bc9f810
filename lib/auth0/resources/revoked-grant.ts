import * as z from "zod";
import { reported } from "../../model/reported.ts";

/** What an incident takes of a grant: as much as giving it back needs. Source: `GET /api/v2/client-grants`. */
export const revokedGrant = z.object({
  id: z.string().min(1),
  client_id: reported(z.string()),
  audience: z.string().min(1),
  scope: reported(z.array(z.string())),
  subject_type: reported(z.string()),
  allow_all_scopes: reported(z.boolean()),
  allow_any_organization: reported(z.boolean()),
  organization_usage: reported(z.string()),
  authorization_details_types: reported(z.array(z.string())),
  is_system: reported(z.boolean()),
});

/** An organization that a grant counts for. Source: `GET /api/v2/client-grants/{id}/organizations`. */
export const grantedOrganization = z.object({ id: z.string().min(1) });
