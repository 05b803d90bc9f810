import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { consumeSecret, machineClock, secretsManager, tokens } from "./consume-secret.ts";

/** Made once for the whole process: what is kept and what is being asked for is shared by all callers. */
const read = secretsManager(new SecretsManagerClient({}), "apps/checkout/auth0");
const withSecret = consumeSecret({ read, clock: machineClock });

/** Gives an access token for the API whenever one is needed. */
export const ordersToken = tokens(withSecret, {
  domain: "acme.eu.auth0.com",
  clientId: "jkl",
  audience: "https://orders.acme.example",
});
