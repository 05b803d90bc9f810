import * as z from "zod";
import { reported } from "../../model/reported.ts";

/** An action with the names and dates of its secrets; Auth0 never returns their values. Source: `GET /api/v2/actions/actions`. */
export const action = z.object({
  id: z.string().min(1),
  name: reported(z.string()),
  secrets: reported(z.array(z.object({ name: reported(z.string()), updated_at: reported(z.string()) }))),
});

export type Action = z.infer<typeof action>;
