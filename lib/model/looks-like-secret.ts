/** A JSON Web Token, signed or encrypted: base64url of `{"` and what follows, in parts with dots between. */
const TOKEN = /eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}/g;

/** As long as the client secrets that Auth0 and Curfew make, or longer. A client id of Auth0's has half of that. */
const RUN = /[A-Za-z0-9_-]{64,}/g;

/**
 * True for text that has anywhere the form in which Auth0 and Curfew make client secrets: 64 characters or more without
 * any structure; and for text that holds a token. A secret also has the form of a name, so the pattern of names alone
 * would let it pass. Long names made of words stay names.
 */
export const looksLikeSecret = (text: string): boolean => withoutSecrets(text) !== text;

/** The same text with `[secret]` for whatever in it {@link looksLikeSecret}. */
export const withoutSecrets = (text: string): string =>
  text.replace(TOKEN, SHOWN).replace(RUN, (run) => (isUnstructured(run) ? SHOWN : run));

const SHOWN = "[secret]";

function isUnstructured(run: string): boolean {
  const count = (kind: RegExp): number => run.match(kind)?.length ?? 0;
  return count(/[a-z]/g) >= 8 && count(/[A-Z]/g) >= 8 && count(/[0-9]/g) >= 4;
}
