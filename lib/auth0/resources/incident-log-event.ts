import * as z from "zod";
import { reported } from "../../model/reported.ts";

const text = reported(z.string());

/**
 * The slice of a tenant log event that an incident reads: who did what, from where, with which token. Of what was sent
 * and answered nothing else is kept. Source: `GET /api/v2/logs`; Auth0's schema of tenant logs (`sapi`, `mgmt_api_read`,
 * `seccft`, `feccft`).
 */
export const incidentLogEvent = z.object({
  log_id: z.string().min(1),
  date: text,
  type: text,
  client_id: text,
  user_id: text,
  ip: text,
  user_agent: text,
  description: text,
  audience: text,
  scope: reported(z.union([z.string(), z.array(z.string())])),
  details: reported(
    z.object({
      /** Names of fields, as `client_secret`; never values. */
      accessedSecrets: reported(z.array(z.string())),
      /** `jti` of the token that an exchange gave out. */
      access_token_jti: text,
      request: reported(
        z.object({
          method: text,
          path: text,
          userAgent: text,
          auth: reported(z.object({ credentials: reported(z.object({ jti: text })) })),
        }),
      ),
      /** Of what was answered, the ids of an application and of a grant alone. Source: recorded logs of the Management API. */
      response: reported(z.object({ body: reported(z.object({ client_id: text, id: text })) })),
    }),
  ),
});

export type IncidentLogEvent = z.infer<typeof incidentLogEvent>;
