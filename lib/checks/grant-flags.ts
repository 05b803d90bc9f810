import type { TenantSettings } from "../auth0/resources/tenant-settings.ts";
import { isUnreadable } from "../model/reported.ts";
import { type NotSaid, unreadable } from "./outcome.ts";

/** A flag of the tenant: on, off, or in a form that does not tell. */
export type FlagState = "on" | "off" | { unclear: NotSaid };

/**
 * Reads one of the tenant's flags. Auth0 leaves out flags that were never touched: absent and null mean off.
 */
export function tenantFlag({ flags }: TenantSettings, name: string): FlagState {
  if (isUnreadable(flags)) return { unclear: unreadable("flags", flags) };
  const value = flags?.[name] ?? false;
  if (typeof value === "boolean") return value ? "on" : "off";
  const kind = Array.isArray(value) ? "array" : typeof value;
  return { unclear: unreadable(`flags.${name}`, { unreadable: kind }) };
}
