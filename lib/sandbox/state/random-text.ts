const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEXADECIMAL = "0123456789abcdef";
const URL_SAFE = `${LETTERS_AND_DIGITS}-_`;

/** Identifiers and secrets in the shapes that Auth0 gives them, all drawn from one source of randomness. */
export interface RandomText {
  clientId(): string;
  clientSecret(): string;
  grantId(): string;
  credentialId(): string;
  networkAclId(): string;
  resourceServerId(): string;
  uuid(): string;
  keyId(): string;
  token(): string;
  /** A number from 0 up to 1, for choices. */
  number(): number;
}

/** @param random gives numbers from 0 up to 1; a seeded one makes every identifier repeatable */
export function createRandomText(random: () => number): RandomText {
  const text = (length: number, alphabet: string) => {
    const characters = Buffer.allocUnsafe(length);
    for (let index = 0; index < length; index++) {
      characters[index] = alphabet.charCodeAt(Math.floor(random() * alphabet.length));
    }
    return characters.toString("latin1");
  };
  return {
    clientId: () => text(32, LETTERS_AND_DIGITS),
    clientSecret: () => text(64, URL_SAFE),
    grantId: () => `cgr_${text(16, LETTERS_AND_DIGITS)}`,
    credentialId: () => `cred_${text(22, LETTERS_AND_DIGITS)}`,
    networkAclId: () => `acl_${text(22, LETTERS_AND_DIGITS)}`,
    resourceServerId: () => text(24, HEXADECIMAL),
    uuid: () => [8, 4, 4, 4, 12].map((length) => text(length, HEXADECIMAL)).join("-"),
    keyId: () => text(21, URL_SAFE),
    token: () => `v1.${text(56, URL_SAFE)}`,
    number: random,
  };
}
