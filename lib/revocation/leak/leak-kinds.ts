/** What can leak. Each kind has its own levers, and its own truth. */
export const LEAK_KINDS = [
  "client-secret",
  "registered-key",
  "certificate",
  "machine-token",
  "user-token",
  "public-client",
  "explorer-token",
  "opaque-token",
  "encrypted-token",
  "curfew-login",
] as const;
export type LeakKind = (typeof LEAK_KINDS)[number];

/**
 * What Curfew does so that nothing new is given out, in this order:
 * `lock` takes `client_credentials` out of the application's grant types; `detach-key` takes the leaked key out of what
 * it authenticates with; `contain` deletes its grants; `rotate` gives it a new credential.
 */
export const LEVERS = ["lock", "detach-key", "contain", "rotate"] as const;
export type Lever = (typeof LEVERS)[number];

/**
 * What may end tokens early that are out: `network-acl` keeps everybody else from the Management API, where configured;
 * `key-revocation` revokes the key that signed them, after a second person agreed.
 */
export type Shortening = "network-acl" | "key-revocation";

/** Applications that Curfew lets alone, whatever leaked of them, and why: a sentence. */
export const UNTOUCHED = {
  "own-responder":
    "Curfew cannot act against its own responder: the configuration has no spareResponder for this tenant.",
  "tenant-itself": "This application stands for the tenant itself, and Curfew never touches it.",
} as const;
export type Untouched = keyof typeof UNTOUCHED;

/** What a kind of leak means, and what only people can do about it. */
export interface LeakAdvice {
  /** Whole sentences. What is not possible is said, too. */
  meaning: string;
  /** One step a line. */
  steps: readonly string[];
}

export const CALL_BACK = "Tokens that are out work until they are over: Auth0 cannot call them back.";

/** Steps that close an application by hand. Source: Auth0 documentation, "Update Grant Types", "Rotate Client Secrets". */
export const closeByHand = (clientId: string): string[] =>
  [
    "Settings > Advanced Settings > Grant Types: clear Client Credentials and save.",
    "APIs: write down what it is authorized for, then take all of it away.",
    "Credentials: unless Curfew has replaced what leaked, rotate the secret; or, with private keys, add a new one and delete the old ones; or take the certificate off.",
  ].map((step) => `In the dashboard, Applications > Applications > ${clientId} > ${step}`);

/** Why nothing replaces the credential of an application that authenticates with a certificate. */
export const certificateStays = (clientId: string): string =>
  `The application ${clientId} authenticates with a certificate (mTLS), which Auth0 did not issue: have it revoked, and take it off the application by hand.`;

/** Why nobody can ask for a token as such an application would. */
export const NO_LOGIN_WITH_CERTIFICATE =
  "That no new token is given out cannot be proven: Curfew cannot log in with a certificate (mTLS). A token that the log shows is told.";

/**
 * How a certificate is made worthless. What is registered of one that an authority signed may be its subject alone.
 * Source: Auth0 documentation, "Set up the Customer Edge", "Configure mTLS Authentication for a Client".
 */
export const revokeCertificate = (clientId: string): string[] => [
  "Curfew replaces no certificate: have whoever issued it revoke it, and have your edge, which judges certificates before Auth0 does, refuse it. Another one with the same subject does not make the old one worthless.",
  `In the dashboard, Applications > Applications > ${clientId} > Credentials: take it off.`,
];

/** Source: Auth0 documentation, "Revoke Refresh Tokens": revoking an application's access makes them invalid. */
export const REVOKE_USERS_ACCESS =
  "In the dashboard, User Management > Users > the user > Authorized Applications: revoke the application.";

const END_SESSIONS = "End the user's sessions with DELETE /api/v2/users/{id}/sessions, where the plan has it.";

export const LEAK_ADVICE: Readonly<Record<Exclude<LeakKind, "curfew-login">, LeakAdvice>> = {
  "client-secret": {
    meaning: `Whoever has the secret gets tokens as the application. Curfew stops that. ${CALL_BACK}`,
    steps: ["Find out where it leaked before the new secret goes the same way."],
  },
  "registered-key": {
    meaning: `Whoever has the private key gets tokens as the application. Curfew stops that. ${CALL_BACK}`,
    steps: ["Find out where it leaked before the new key goes the same way."],
  },
  certificate: {
    meaning: `Whoever has the private key of the certificate (mTLS) gets tokens as the application. Curfew stops that, but replaces no certificate, and cannot log in with one to prove it. ${CALL_BACK}`,
    steps: ["Find out where the key leaked before the next one goes the same way."],
  },
  "machine-token": {
    meaning:
      "Whoever has the token is the application until the token is over, and Auth0 cannot call it back. What it was got with may have leaked too, so Curfew closes the application.",
    steps: ["Find out whether the credential leaked with the token."],
  },
  "user-token": {
    meaning:
      "Whoever has the token is the user until the token is over, and Auth0 cannot call it back. It was not got with the application's own credential: closing the application changes nothing for it. A refresh token that leaked with it gets new ones until it is revoked.",
    steps: [REVOKE_USERS_ACCESS, END_SESSIONS],
  },
  "public-client": {
    meaning:
      "A public application has no secret, and its client id is none: there is nothing to take back. What can leak of it is its users' tokens. Access tokens work until they are over, refresh tokens until they are revoked; Auth0 has no dependable way to revoke all of one application.",
    steps: [
      `For every user concerned: ${REVOKE_USERS_ACCESS}`,
      "If somebody imitates the application, look at its callback addresses: Applications > Applications > Settings > Allowed Callback URLs.",
    ],
  },
  "explorer-token": {
    meaning:
      "The token comes from the API Explorer of the dashboard, as a rule with all scopes, and lives as long as the person chose who got it. Auth0 cannot call it back. Curfew closes the application behind it, but everybody who may use the dashboard can open it again and get another token.",
    steps: [
      "In the dashboard, Settings > Tenant Members: remove whoever should not be there.",
      "Applications > Applications > API Explorer Application > Settings: delete it, unless somebody needs it.",
    ],
  },
  "encrypted-token": {
    meaning:
      "Only the API that this token is for can read it, so nobody here can say whose it is: the application's own, or a user's. Whoever has it may use it until it is over, and Auth0 cannot call it back. What it was got with may have leaked too, so Curfew closes the application first; for a user's token that changes nothing.",
    steps: [
      "Have the API that it is for decrypt it: its subject says whose it is.",
      `If it is a user's: ${REVOKE_USERS_ACCESS}`,
    ],
  },
  "opaque-token": {
    meaning:
      "Only Auth0 can read this token. It may be a refresh token, which gets new access tokens until it is revoked, or an access token for a user's profile, which works until it is over. It was not got with the application's own credential alone, so closing the application is no remedy.",
    steps: [
      "If it is a refresh token, revoke it: POST /oauth/revoke with the application's client id and authentication.",
      REVOKE_USERS_ACCESS,
      END_SESSIONS,
    ],
  },
};
