/** Curfew's own applications in a tenant, by their keys in the configuration. */
export const LOGINS = ["auditor", "rotator", "responder", "spareResponder"] as const;
export type LoginName = (typeof LOGINS)[number];

/** What each is called in a sentence. */
export const LOGIN_WORDS: Readonly<Record<LoginName, string>> = {
  auditor: "auditor",
  rotator: "rotator",
  responder: "responder",
  spareResponder: "spare responder",
};

/**
 * The name in Secrets Manager that a login's secret has where Curfew is deployed: the role that uses it reads by that
 * name and no other.
 */
export const loginSecretName = (tenant: string, login: LoginName): string =>
  `curfew/${tenant}/${login === "spareResponder" ? "responder-spare" : login}`;
