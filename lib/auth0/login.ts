import type { Secret } from "../model/secret.ts";

/** One of Curfew's own applications in a tenant, with what it authenticates with. */
export type Login = (
  | { method: "client-secret"; clientId: string; secret: Secret }
  | {
      method: "private-key";
      clientId: string;
      /** The private key as the text of a JSON Web Key. */
      privateKeyJwk: Secret;
    }
) & {
  /** Where to look for what the application may have to log in with instead, in this order; for {@link logIn}. */
  others?: readonly OtherLogin[];
  /** Awaited before each request for a token is sent with any of them; what it rejects with is thrown. */
  beforeAsked?: () => Promise<void>;
};

/** Reads what may be accepted where a login is refused; undefined where nothing is stored. Rejects with CurfewError. */
export type OtherLogin = () => Promise<Login | undefined>;

/** What is sent, or signed with: two logins of an application with the same are one. */
export const credentialOf = (login: Login): Secret =>
  login.method === "client-secret" ? login.secret : login.privateKeyJwk;
