import type { Secret } from "../model/secret.ts";

/** One of Curfew's own applications in a tenant, with what it authenticates with. */
export type Login =
  | { method: "client-secret"; clientId: string; secret: Secret }
  | {
      method: "private-key";
      clientId: string;
      /** The private key as the text of a JSON Web Key. */
      privateKeyJwk: Secret;
    };
