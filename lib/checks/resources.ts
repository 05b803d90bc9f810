import type { Client } from "../auth0/resources/client.ts";
import type { EmailTemplate } from "../auth0/resources/email-template.ts";
import type { ResourceServer } from "../auth0/resources/resource-server.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";

const nameOf = (value: Reported<string>): string | null => (value === undefined || isUnreadable(value) ? null : value);

/** The tenant itself, identified by its canonical domain. */
export const tenantResource = (domain: string): Resource => ({ type: "tenant", id: domain, name: domain });

/** An application. */
export const clientResource = (client: Client): Resource => ({
  type: "client",
  id: client.client_id,
  name: nameOf(client.name),
});

/** An API. */
export const resourceServerResource = (server: ResourceServer): Resource => ({
  type: "resource-server",
  id: server.id,
  name: nameOf(server.name),
});

/** One of the mails that Auth0 sends. */
export const emailTemplateResource = (template: EmailTemplate): Resource => ({
  type: "email-template",
  id: template.template,
  name: null,
});
