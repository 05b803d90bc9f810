import * as z from "zod";
import { reported } from "../../model/reported.ts";

/**
 * The slice of a tenant log event that is used. Source: `GET /api/v2/logs`.
 * Of a request's body only the names of its fields are kept, never a value: they tell what was changed.
 */
export const logEvent = z.object({
  log_id: z.string().min(1),
  date: reported(z.string()),
  type: reported(z.string()),
  /** Who did it: of a change to another application this is the one that changed it. */
  client_id: reported(z.string()),
  user_agent: reported(z.string()),
  details: reported(
    z.object({
      request: reported(
        z.object({
          method: reported(z.string()),
          path: reported(z.string()),
          body: reported(z.record(z.string(), z.unknown()).transform((body) => Object.keys(body))),
        }),
      ),
    }),
  ),
});

export type LogEvent = z.infer<typeof logEvent>;
