import * as z from "zod";
import { reported } from "../../model/reported.ts";

/**
 * The mails of Auth0 that carry a link which opens something, and so have a lifetime.
 * Source: the template names of the Management API's OpenAPI document; the others carry a code or no link.
 */
export const LINK_TEMPLATES = ["verify_email", "reset_email", "blocked_account", "user_invitation"] as const;
export type LinkTemplate = (typeof LINK_TEMPLATES)[number];

/** What Auth0 answers for one template. Source: `GET /api/v2/email-templates/{templateName}`; lifetime in seconds. */
export const emailTemplate = z.object({ urlLifetimeInSeconds: reported(z.number().nonnegative()) });

/** A template together with its name. One that was never customized (404) has no fields, so defaults apply. */
export type EmailTemplate = z.infer<typeof emailTemplate> & { template: LinkTemplate };
