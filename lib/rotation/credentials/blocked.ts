import type { KnownCredential } from "./known-credentials.ts";

/** Why no run can rotate a credential that it should. */
export type Block = "no-rotator" | "no-secret";

/** What keeps a credential with `rotate: auto` from ever being rotated, as far as is known before anybody tries. */
export function blockOf({
  rotate,
  hasRotator,
  isMissing,
}: Pick<KnownCredential, "rotate" | "hasRotator" | "isMissing">): Block | undefined {
  if (rotate !== "auto") return undefined;
  if (!hasRotator) return "no-rotator";
  return isMissing ? "no-secret" : undefined;
}
