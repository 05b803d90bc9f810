import type { ClientGrant } from "../auth0/resources/client-grant.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";
import type { Resource } from "../model/resource.ts";

/** Who may use a default grant: every third-party application that has no grant of its own for the same API. */
export const THIRD_PARTY_DEFAULT = "third_party_clients";

/**
 * A client grant. Its name says who may do something where: the application's id and the API's identifier.
 * The application's name is left to messages: a check must not need the list of applications for a label, and
 * one grant bears one name in every check.
 */
export const grantResource = (grant: ClientGrant): Resource => ({
  type: "client-grant",
  id: grant.id,
  name:
    [legible(grant.client_id) ?? legible(grant.default_for), legible(grant.audience)].filter(Boolean).join(" → ") ||
    null,
});

const legible = (value: Reported<string>): string | undefined => (isUnreadable(value) ? undefined : value);
