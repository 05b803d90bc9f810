import type { Client } from "../auth0/resources/client.ts";
import type { EmailTemplate } from "../auth0/resources/email-template.ts";
import type { ResourceServer } from "../auth0/resources/resource-server.ts";
import { isBlank, replaceObscure } from "../model/obscure-text.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";

/** A name for display; null where there is none that can be read, or nobody would see it: then the id is shown. */
export const nameOf = (value: Reported<string>): string | null =>
  value === undefined || isUnreadable(value) || isBlank(value) ? null : value;

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

/**
 * An application in a sentence about something else: its id, and its name where it has one.
 * Both can be chosen by strangers, so they are made harmless first.
 */
export const mentionClient = (client: Client): string => mention(client.client_id, client.name);

/** An API in a sentence about something else, likewise. */
export const mentionResourceServer = (server: ResourceServer): string => mention(server.id, server.name);

function mention(id: string, name: Reported<string>): string {
  const words = plain(nameOf(name) ?? "");
  return words === "" ? plain(id) : `${plain(id)} ("${words}")`;
}

const MENTION_LENGTH = 60;

/** Without invisible characters, piled marks, quotes and great lengths: none of them belongs into a sentence. */
function plain(text: string): string {
  const seen = replaceObscure(text, () => " ");
  const characters = [...seen.replace(/[\p{C}\p{Z}"]+/gu, " ").trim()];
  if (characters.length <= MENTION_LENGTH) return characters.join("");
  return `${characters.slice(0, MENTION_LENGTH - 1).join("")}…`;
}
