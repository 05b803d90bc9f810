import { stringify } from "yaml";
import type { TenantConfig } from "../../lib/config/schema.ts";

/** `credentials:` of a tenant stands four columns in, and its items six. */
const INDENT = "      ";

/** A credential as it stands below `credentials:` in `curfew.yaml`, to be pasted there; it is not rotated by itself yet. */
export function credentialEntry({
  clientId,
  kind,
  secret,
}: Pick<TenantConfig["credentials"][number], "clientId" | "kind" | "secret">): string {
  const entry = { clientId, kind, secret, rotate: "off" };
  const text = stringify([entry], { lineWidth: 0 });
  const hint = "  # rotate: auto needs consumers: confirmed, once all of them do as docs/consuming-secrets.md says\n";
  return `${text}${hint}`.replace(/^/gm, INDENT).trimEnd().concat("\n");
}
