import type { Client } from "../auth0/resources/client.ts";
import { isUnreadable, type Unreadable } from "../model/reported.ts";

/**
 * Whether an application may use a grant type.
 *
 * An absent list counts as an empty one: Auth0's token endpoint then refuses every grant with "Grant type … not
 * allowed for the client" (Auth0 documentation, "Update Grant Types"), and in recorded answers only the global
 * client lacks the field. The global client stands for the tenant itself and is never judged.
 *
 * @returns the unreadable value when Auth0's answer does not tell
 */
export function grantUse(client: Client, grantType: string): "yes" | "no" | Unreadable {
  if (client.global === true || client.grant_types === undefined) return "no";
  if (isUnreadable(client.grant_types)) return client.grant_types;
  return client.grant_types.includes(grantType) ? "yes" : "no";
}
