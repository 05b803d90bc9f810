import { looksLikeSecret, withoutSecrets } from "../lib/model/looks-like-secret.ts";

/**
 * What commander says of arguments that it does not know, without what may be a secret in the wrong place. A secret of
 * one's own choice looks like nothing: what stands behind an unknown option's `=`, and arguments that nobody asked for,
 * are quoted in no form.
 */
export function usageError(text: string): string {
  const said = text
    .replace(/^(error: unknown option '[^=]*)=.*'/s, "$1'")
    .replace(/^(error: too many arguments.* but got \d+): .*$/s, "$1.\n");
  return withoutSecrets(
    looksLikeSecret(said) ? said.replace(/(argument(?: value)?) '.*' is invalid/s, "$1 is invalid") : said,
  );
}
